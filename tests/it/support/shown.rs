//! Answers as snapshots: status, what matters of the headers, and the body with the ids that chance has made numbered.

use serde_json::Value;

use super::Answer;

/// `id 1` is the first id that the body shows.
pub fn shown(answer: &Answer) -> String {
    let mut ids = Vec::new();
    let body = numbered(answer.body.clone(), &mut ids);
    let headers = ["location", "retry-after", "idempotency-replayed"].into_iter().filter_map(|name| {
        let value = answer.header(name)?;
        let value = ids.iter().enumerate().fold(value.to_owned(), |value, (n, id)| value.replace(id, &format!("[id {}]", n + 1)));
        Some(format!("{name}: {value}\n"))
    });
    let headers: String = headers.collect();
    format!("{}\n{headers}{body:#}", answer.status)
}

fn numbered(value: Value, ids: &mut Vec<String>) -> Value {
    match value {
        Value::String(text) if uuid::Uuid::try_parse(&text).is_ok() => {
            let known = ids.iter().position(|id| *id == text).unwrap_or_else(|| {
                ids.push(text);
                ids.len() - 1
            });
            format!("[id {}]", known + 1).into()
        }
        Value::Array(items) => items.into_iter().map(|item| numbered(item, ids)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, numbered(value, ids))).collect(),
        other => other,
    }
}
