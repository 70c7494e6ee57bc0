//! Reading the issues of several repositories, one page after the other.
//!
//! The pages of a list that is ordered by the last change shift while they are read: what changes moves to the end, and the one
//! that takes its place is in no page. So each page begins with the time at which the one before it ended, and the addresses of
//! further pages are for what changed within that second alone.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Github, mapping::Issue};
use crate::{
    kernel::Timestamp,
    outbound::providers::{Failure, Page, Scan},
};

/// How far a pull goes back behind the newest change that was seen, since changes are not shown in the order of their times.
const WINDOW: Duration = Duration::from_mins(5);

/// Where a pull goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    repositories: BTreeMap<String, Place>,
    /// The repository that is being read; none between two pulls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
}

/// How far a repository was read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    newest: Option<Timestamp>,
    /// Of the answer to the last request, if it had everything since the time before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct At {
    repository: String,
    everything: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Next {
    Since(Timestamp),
    /// The further pages of what changed within one second.
    Within(Timestamp, String),
}

impl Github {
    pub(super) async fn page(&self, cursor: Option<&str>) -> Result<Page, Failure> {
        let mut cursor = match cursor {
            Some(text) => serde_json::from_str(text).map_err(|_| Failure::CursorLost)?,
            None => Cursor::default(),
        };
        let listed = &self.settings.repositories;
        cursor.repositories.retain(|repository, _| listed.contains(repository));
        let first = listed.first().ok_or(Failure::NotFound)?;
        let begin = At { repository: first.clone(), everything: cursor.repositories.is_empty(), next: None };
        // The repository that was being read may have been taken out of the settings.
        let at = cursor.at.take().filter(|at| listed.contains(&at.repository)).unwrap_or(begin);
        let place = cursor.repositories.entry(at.repository.clone()).or_default();
        let assignee = self.assignee().await?;

        let since = match &at.next {
            Some(Next::Since(time) | Next::Within(time, _)) => Some(*time),
            None => place.newest.filter(|_| !at.everything).map(|newest| newest.minus(WINDOW)),
        };
        let (url, tag) = match &at.next {
            Some(Next::Within(_, url)) => (self.client.ours(url).ok_or(Failure::CursorLost)?, None),
            Some(Next::Since(_)) => (self.list(&at.repository, since)?, None),
            None => (self.list(&at.repository, since)?, place.tag.as_deref().filter(|_| since.is_some())),
        };
        let asked_at = self.client.now();
        let answer = self.client.get(url, tag).await?;
        let (issues, next) = if answer.status == 304 {
            (Vec::new(), None)
        } else {
            let issues: Vec<Issue> = answer.json()?;
            let next = self.client.next(&answer)?;
            place.tag = answer.header("etag").filter(|_| next.is_none() && at.next.is_none()).map(str::to_owned);
            (issues, next)
        };
        let last = issues.iter().map(|issue| issue.updated_at).max();
        place.newest = place.newest.max(last);

        let next = next.map(|url| match last {
            Some(last) if Some(last) > since => Next::Since(last),
            _ => Next::Within(since.unwrap_or(Timestamp::from_micros(0)), url.into()),
        });
        let following = || listed.iter().skip_while(|repository| **repository != at.repository).nth(1);
        cursor.at = match next {
            Some(next) => Some(At { next: Some(next), ..at.clone() }),
            None => following().map(|repository| At { repository: repository.clone(), next: None, ..at.clone() }),
        };
        Ok(Page {
            seen: issues.iter().filter_map(|issue| issue.seen(&at.repository, assignee)).collect(),
            more: cursor.at.is_some(),
            cursor: serde_json::to_string(&cursor).map_err(|_| Failure::Malformed)?,
            scan: if at.everything { Scan::Everything } else { Scan::Changes },
            asked_at,
        })
    }

    fn list(&self, repository: &str, since: Option<Timestamp>) -> Result<Url, Failure> {
        let mut url = self.client.issues(repository, None)?;
        let mut query = url.query_pairs_mut();
        query.extend_pairs([("state", "all"), ("sort", "updated"), ("direction", "asc"), ("per_page", "100")]);
        if let Some(since) = since {
            // In whole seconds, as the service has them.
            let since = since.to_string();
            query.append_pair("since", &format!("{}Z", since.get(..19).unwrap_or(&since)));
        }
        drop(query);
        Ok(url)
    }
}
