//! What can be set of each service, and what is said of what cannot.

use serde_json::json;

use super::*;

fn read(provider: ProviderName, given: &Value) -> Result<Settings> {
    Settings::read(provider, given.as_object().expect("members"))
}

fn good(provider: ProviderName, given: &Value) -> Settings {
    read(provider, given).expect("good settings")
}

use ProviderName::{Caldav, Github, MicrosoftTodo, Todoist};

#[test]
fn what_is_left_out_has_its_default_and_what_is_stored_is_what_was_read() {
    for (provider, given, expected) in [
        (
            Github,
            json!({ "repositories": ["o/a"] }),
            json!({ "outgoing": "none", "tag": null, "repositories": ["o/a"], "new_in": null, "assigned": "anyone" }),
        ),
        (
            Github,
            json!({ "repositories": ["o/a", "o/b"], "new_in": "o/b", "assigned": "me", "outgoing": { "tag": "gh" }, "tag": "work" }),
            json!({ "outgoing": { "tag": "gh" }, "tag": "work", "repositories": ["o/a", "o/b"], "new_in": "o/b", "assigned": "me" }),
        ),
        (Todoist, json!({}), json!({ "outgoing": "all", "tag": null, "list": null })),
        (MicrosoftTodo, json!({ "list": "AQ==", "outgoing": null }), json!({ "outgoing": "all", "tag": null, "list": "AQ==" })),
        (
            Caldav,
            json!({ "url": "https://dav.example.org" }),
            json!({ "outgoing": "all", "tag": null, "url": "https://dav.example.org/", "list": null }),
        ),
    ] {
        let settings = good(provider, &given);
        assert_eq!(Value::Object(settings.shown().expect("shown")), expected);
        let stored = serde_json::to_string(&settings).expect("JSON");
        assert_eq!(serde_json::from_str::<Settings>(&stored).expect("read back"), settings, "{stored}");
        assert_eq!(settings.provider(), provider);
    }
}

#[test]
fn the_wrong_member_is_named() {
    let many: Vec<String> = (0..21).map(|n| format!("o/{n}")).collect();
    for (provider, given, field) in [
        (Github, json!({}), "settings.repositories"),
        (Github, json!({ "repositories": [] }), "settings.repositories"),
        (Github, json!({ "repositories": many }), "settings.repositories"),
        (Github, json!({ "repositories": ["o/a", "O/A"] }), "settings.repositories[1]"),
        (Github, json!({ "repositories": ["o/a", 1] }), "settings.repositories[1]"),
        (Github, json!({ "repositories": ["o/.."] }), "settings.repositories[0]"),
        (Github, json!({ "repositories": ["o/a/b"] }), "settings.repositories[0]"),
        (Github, json!({ "repositories": ["o/a"], "new_in": "o/b" }), "settings.new_in"),
        (Github, json!({ "repositories": ["o/a"], "outgoing": "all" }), "settings.new_in"),
        (Github, json!({ "repositories": ["o/a"], "assigned": "you" }), "settings.assigned"),
        (Github, json!({ "repositories": ["o/a"], "list": "1" }), "settings.list"),
        (Todoist, json!({ "outgoing": "some" }), "settings.outgoing"),
        (Todoist, json!({ "outgoing": { "tag": "a", "more": 1 } }), "settings.outgoing"),
        (Todoist, json!({ "outgoing": { "tag": "a,b" } }), "settings.outgoing.tag"),
        (Todoist, json!({ "tag": 1 }), "settings.tag"),
        (Todoist, json!({ "list": "" }), "settings.list"),
        (Todoist, json!({ "unknown": null }), "settings.unknown"),
        (Caldav, json!({}), "settings.url"),
        (Caldav, json!({ "url": "dav.example.org" }), "settings.url"),
        (Caldav, json!({ "url": "ftp://dav.example.org" }), "settings.url"),
        (Caldav, json!({ "url": "https://ann:hunter2@dav.example.org/" }), "settings.url"),
    ] {
        let error = read(provider, &given).expect_err("wrong");
        assert_eq!(error.field(), Some(field), "{given}: {error}");
        assert!(!error.message().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_patch_merges_member_by_member_and_null_puts_the_default_back() {
    let was = good(Github, &json!({ "repositories": ["o/a", "o/b"], "new_in": "o/b", "outgoing": "all", "tag": "work" }));
    let patched = |given: Value| was.patched(given.as_object().expect("members"));
    assert_eq!(patched(json!({})).expect("the same"), was);
    let without = patched(json!({ "tag": null, "outgoing": null })).expect("good");
    assert_eq!((&without.tag, &without.outgoing, &without.service), (&None, &Outgoing::None, &was.service));
    assert_eq!(patched(json!({ "repositories": ["o/a"] })).expect_err("not there").field(), Some("settings.new_in"));
    assert_eq!(patched(json!({ "repositories": null })).expect_err("required").field(), Some("settings.repositories"));
}

#[test]
fn what_both_cover_is_found() {
    let overlap = |provider, one: Value, other: Value| good(provider, &one).overlap(&good(provider, &other));
    assert!(overlap(Github, json!({ "repositories": ["o/a", "o/b"] }), json!({ "repositories": ["o/c", "O/b"] })));
    assert!(!overlap(Github, json!({ "repositories": ["o/a"] }), json!({ "repositories": ["o/b"] })));
    assert!(overlap(Todoist, json!({}), json!({ "list": "1" })));
    assert!(!overlap(Todoist, json!({ "list": "2" }), json!({ "list": "1" })));
    assert!(!overlap(MicrosoftTodo, json!({}), json!({ "list": "1" })));
    let at = |list: Value| json!({ "url": "https://dav.example.org/", "list": list });
    assert!(overlap(Caldav, at(json!("a")), at(json!("a"))) && !overlap(Caldav, at(json!("a")), at(json!("b"))));
    assert!(!good(Todoist, &json!({})).overlap(&good(MicrosoftTodo, &json!({}))));
}
