//! Texts that people read: each under a stable key and in every language that there is. Knows no domain, whose texts are a file
//! for each language, beside the others.

mod language;

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

pub use self::language::Language;

/// The texts of a language, by what they are about.
const fn sources(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            include_str!("en/assistant.ftl"),
            include_str!("en/dialogue.ftl"),
            include_str!("en/integrations.ftl"),
            include_str!("en/narratives.ftl"),
            include_str!("en/notifications.ftl"),
            include_str!("en/phrasing.ftl"),
            include_str!("en/reminders.ftl"),
            include_str!("en/wellbeing.ftl"),
        ],
        Language::Es => &[
            include_str!("es/assistant.ftl"),
            include_str!("es/dialogue.ftl"),
            include_str!("es/integrations.ftl"),
            include_str!("es/narratives.ftl"),
            include_str!("es/notifications.ftl"),
            include_str!("es/phrasing.ftl"),
            include_str!("es/reminders.ftl"),
            include_str!("es/wellbeing.ftl"),
        ],
    }
}

/// Read once, when the first text is asked for.
static BUNDLES: LazyLock<[FluentBundle<FluentResource>; Language::ALL.len()]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.name().parse().unwrap_or_default()]);
    // The marks would stand around each number, and no language here is written from the right.
    bundle.set_use_isolating(false);
    for source in sources(language) {
        // A test holds that all of it can be read.
        bundle.add_resource_overriding(FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(read, _)| read));
    }
    bundle
}

/// What stands in a text in the place of a variable.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    Number(u64),
    Text(&'a str),
}

/// A text in a language, with what its variables stand for; the key itself where there is no such text, which tests rule out.
pub fn text(language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    let bundle = &BUNDLES[language as usize];
    let found = bundle.get_message(key).and_then(|message| message.value());
    debug_assert!(found.is_some(), "there is no text {key}");
    let Some(pattern) = found else { return key.to_owned() };
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        let value = match arg {
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Text(text) => FluentValue::from(*text),
        };
        values.set(*name, value);
    }
    let mut problems = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut problems).into_owned();
    debug_assert!(problems.is_empty(), "{key}: {problems:?}");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The keys of a language, each with its variables.
    fn keys(language: Language) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let mut found = BTreeMap::<_, BTreeSet<_>>::new();
        for source in sources(language) {
            let mut last = "";
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                if let Some((key, _)) = line.split_once(" = ").filter(|_| line.starts_with(|c: char| c.is_alphabetic())) {
                    assert!(found.insert(key, BTreeSet::new()).is_none(), "{key} is there twice");
                    last = key;
                }
                let names = line.split('$').skip(1).filter_map(|rest| rest.split([' ', '}']).next());
                found.get_mut(last).into_iter().for_each(|known| known.extend(names.clone()));
            }
        }
        found
    }

    #[test]
    fn each_key_has_a_text_in_each_language_with_the_same_variables() {
        let english = keys(Language::En);
        assert!(english.len() > 20, "{english:?}");
        assert_eq!(english["nudge_tasks_open"], BTreeSet::from(["open"]));
        let mut texts = BTreeSet::new();
        for language in Language::ALL {
            assert_eq!(keys(language), english);
            for source in sources(language) {
                assert!(FluentResource::try_new((*source).to_owned()).is_ok(), "{language:?} can be read");
            }
            for (key, variables) in &english {
                let args: Vec<_> = variables.iter().map(|name| (*name, Arg::Number(7))).collect();
                let text = text(language, key, &args);
                assert!(text != *key && !text.contains(['{', '}', '\u{2068}']) && texts.insert(text.clone()), "{text}");
                assert_eq!(text.contains('7'), !variables.is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn numbers_and_words_stand_as_they_are() {
        let open = |count| text(Language::En, "nudge_tasks_open", &[("open", Arg::Number(count))]);
        assert_eq!(open(1), "One task of today is still open.");
        assert_eq!(open(1_200), "1200 tasks of today are still open.");
        let due = text(Language::Es, "nudge_tasks_due", &[("time", Arg::Text("17:30"))]);
        assert_eq!(due, "Una tarea de hoy vence a las 17:30.");
    }
}
