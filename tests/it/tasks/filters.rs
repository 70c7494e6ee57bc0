//! Filters, orders and words: each by itself, together, and in pages.

use serde_json::{Value, json};

use crate::support::{TestApp, app_with_admin, time};

#[tokio::test]
async fn each_filter_lets_through_what_it_says() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (title, fields) in [
        ("a", json!({ "tags": ["Home", "garden"], "priority": "low", "due_on": "2026-01-10" })),
        ("b", json!({ "tags": ["home"], "priority": "high", "due_on": "2026-01-20", "planned_for": "2026-01-15" })),
        ("c", json!({ "tags": ["Straße"], "planned_for": "2026-01-16", "notes": "at home" })),
        ("d", json!({})),
    ] {
        let mut fields = fields;
        fields["title"] = json!(title);
        ann.task_with(fields).await;
        app.advance_seconds(3600);
    }
    let b = ann.get("/api/tasks").await.body[1].clone();
    app.clock.set(time("2026-01-15T23:59:59Z"));
    ann.change_task(&b, json!({ "action": "complete" })).await;
    for (query, expected) in [
        ("tag=HOME", "ab"),
        ("tag=home,garden", "a"),
        ("tag=home&tag=garden", "a"),
        ("tag=garden,%20home", "a"),
        ("tag=strasse", "c"),
        ("tag=hom", ""),
        ("priority=low", "a"),
        ("priority=medium", "cd"),
        ("due_from=2026-01-10", "ab"),
        ("due_from=2026-01-11", "b"),
        ("due_to=2026-01-10", "a"),
        ("due_from=2026-01-10&due_to=2026-01-10", "a"),
        ("planned_from=2026-01-15&planned_to=2026-01-15", "b"),
        ("planned_from=2026-01-16", "c"),
        ("planned_to=2026-01-14", ""),
        ("due_to=2026-12-31&planned_from=2026-01-01", "b"),
        ("completed_from=2026-01-15&completed_to=2026-01-15", "b"),
        ("completed_from=2026-01-16", ""),
        ("completed_to=2026-01-14", ""),
        ("completed_from=2026-01-01&completed=false", ""),
        ("completed=true", "b"),
        ("completed=true&tag=home", "b"),
        ("completed=false&tag=home", "a"),
        ("updated_since=2026-01-14T12:00:00Z", "bcd"),
        ("updated_since=2026-01-14T13:00:00%2B01:00", "bcd"),
        ("updated_since=2026-01-15T23:59:59Z", "b"),
        ("updated_since=2026-01-16T00:00:00Z", ""),
        ("q=home", "abc"),
        ("q=HOM%20g", "a"),
        ("q=home%20at", "c"),
        ("q=ome", ""),
        ("q=strass", "c"),
        ("q=", "abcd"),
        ("q=home&tag=garden&priority=low&due_to=2026-01-10&completed=false&updated_since=2026-01-01T00:00:00Z", "a"),
        ("view=today&tag=home", "ab"),
        ("view=today&completed=false", "a"),
        ("view=overdue&priority=low", "a"),
        ("view=inbox&priority=low", ""),
        ("trashed=true", ""),
        ("trashed=false", "abcd"),
        ("tag=", "abcd"),
    ] {
        if query == "tag=" {
            ann.get("/api/tasks?tag=").await.assert_error(400, "invalid_parameter");
            continue;
        }
        assert_eq!(ann.titles(query).await.concat(), expected, "{query}");
    }
}

#[tokio::test]
async fn what_is_no_filter_is_named() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (query, parameter) in [
        ("view=tomorrow", "view"),
        ("view=Today", "view"),
        ("view=today&view=week", "view"),
        ("tag=a,,b", "tag"),
        ("priority=none", "priority"),
        ("priority=low,high", "priority"),
        ("due_from=2026-1-1", "due_from"),
        ("due_to=x", "due_to"),
        ("due_from=2026-01-02&due_to=2026-01-01", "due_from"),
        ("planned_from=2026-02-30", "planned_from"),
        ("planned_from=2026-01-02&planned_to=2026-01-01", "planned_from"),
        ("completed_from=2026-01-02&completed_to=2026-01-01", "completed_from"),
        ("completed_to=9", "completed_to"),
        ("updated_since=2026-01-14", "updated_since"),
        ("updated_since=2026-01-14T10:00:00", "updated_since"),
        ("trashed=yes", "trashed"),
        ("completed=1", "completed"),
        ("sort=name", "sort"),
        ("sort=--due", "sort"),
        ("sort=due,title", "sort"),
        ("tags=a", "tags"),
        ("due=2026-01-01", "due"),
    ] {
        let refused = ann.get(&format!("/api/tasks?{query}")).await;
        let sentence = refused.assert_error(400, "invalid_parameter").text("error");
        assert!(sentence.contains(&format!("'{parameter}'")), "{query}: {sentence}");
    }
    ann.get(&format!("/api/tasks?q={}", "x".repeat(201))).await.assert_error(400, "invalid_parameter");
    assert_eq!(ann.get(&format!("/api/tasks?q={}", "x".repeat(200))).await.status, 200);
}

#[tokio::test]
async fn an_order_goes_both_ways_and_has_what_lacks_a_date_last() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (title, fields) in [
        ("Émile", json!({ "priority": "urgent", "due_on": "2026-01-20" })),
        ("anna", json!({ "priority": "low", "planned_for": "2026-02-01" })),
        ("Zoë", json!({ "due_on": "2026-01-20", "due_time": "08:00", "planned_for": "2026-01-01" })),
        ("eva", json!({ "priority": "high", "due_on": "2025-01-20" })),
        ("Bob", json!({ "due_on": "2026-01-20", "due_time": "23:59" })),
    ] {
        let mut fields = fields;
        fields["title"] = json!(title);
        ann.task_with(fields).await;
        app.advance_seconds(1);
    }
    for (sort, expected) in [
        ("created_at", "Émile anna Zoë eva Bob"),
        ("-created_at", "Bob eva Zoë anna Émile"),
        ("title", "anna Bob Émile eva Zoë"),
        ("-title", "Zoë eva Émile Bob anna"),
        ("priority", "anna Zoë Bob eva Émile"),
        ("-priority", "Émile eva Zoë Bob anna"),
        ("due", "eva Zoë Bob Émile anna"),
        ("-due", "Émile Bob Zoë eva anna"),
        ("planned_for", "Zoë anna Émile eva Bob"),
        ("-planned_for", "anna Zoë Émile eva Bob"),
    ] {
        for filter in ["", "&updated_since=2026-01-01T00:00:00Z", "&completed=false"] {
            let path = format!("sort={sort}{filter}");
            assert_eq!(ann.titles(&path).await.join(" "), expected, "{path}");
            let pages = ann.all_pages(&format!("/api/tasks?{path}"), 1).await;
            let pages: Vec<_> = pages.iter().filter_map(|task| task["title"].as_str()).collect();
            assert_eq!(pages.join(" "), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_of_one_question_of_one_user() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for client in [&ann, &ann, &ann, &bob, &bob] {
        client.task_with(json!({ "tags": ["a"], "due_on": "2026-01-14" })).await;
        app.advance_seconds(1);
    }
    let queries = [
        "",
        "sort=-created_at",
        "sort=due",
        "sort=-due",
        "sort=title",
        "view=today",
        "view=week",
        "view=today&tag=a",
        "tag=a",
        "tag=b,a",
        "q=task",
        "q=a",
        "due_from=2026-01-01",
        "due_from=2026-01-02",
        "due_to=2026-02-01",
        "completed=false",
        "trashed=true",
    ];
    let mut cursors = Vec::new();
    for query in queries {
        let first = ann.get(&format!("/api/tasks?limit=1&{query}")).await;
        assert_eq!(first.status, 200);
        cursors.extend(first.next_page().map(|next| (query, next)));
    }
    assert_eq!(cursors.len(), queries.len() - 2, "{cursors:?}");
    for (of, next) in &cursors {
        let cursor = next.split(['?', '&']).find(|part| part.starts_with("cursor=")).expect("a cursor");
        for query in queries {
            let answer = ann.get(&format!("/api/tasks?limit=1&{query}&{cursor}")).await;
            if query == *of {
                assert_eq!((answer.status, answer.body.as_array().map(Vec::len)), (200, Some(1)), "{query}");
            } else {
                answer.assert_error(400, "invalid_cursor");
            }
        }
        bob.get(&format!("/api/tasks?limit=1&{of}&{cursor}")).await.assert_error(400, "invalid_cursor");
    }
}

/// The words of a task are found in whatever way they are written.
#[tokio::test]
async fn words_are_found_regardless_of_case_accents_and_form() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.task_with(json!({ "title": "Zahnärztin anrufen", "notes": "wegen der Füllung (2×)", "tags": ["Überfällig"] })).await;
    for (query, found) in [
        ("zahnarztin", true),
        ("ZAHNÄRZT", true),
        ("zahna%CC%88rztin", true),
        ("ruf", false),
        ("anr%20uberf", true),
        ("full%202", true),
        ("fullung-der", true),
        ("%EF%BC%A6%EF%BC%B5LL", true),
        ("anrufen%20morgen", false),
    ] {
        assert_eq!(ann.titles(&format!("q={query}")).await.len(), usize::from(found), "{query}");
    }
}

#[tokio::test]
async fn filters_look_at_what_is_open_and_at_400_days_of_what_is_completed() {
    let app = TestApp::new();
    let mut ann = app.user("ann").await;
    let open = ann.task_with(json!({ "title": "open", "tags": ["a"] })).await;
    let task = ann.task_with(json!({ "title": "done", "tags": ["a"], "due_on": "2026-01-14" })).await;
    ann.change_task(&task, json!({ "action": "complete" })).await;
    app.advance_hours(400 * 24);
    ann = app.login("ann").await;
    assert_eq!(ann.titles("tag=a").await, ["open", "done"]);
    app.advance_hours(24);
    for query in ["tag=a", "q=a", "sort=due", "priority=medium"] {
        assert_eq!(ann.titles(query).await, ["open"], "{query}");
    }
    // A range of dates says itself how far back it goes, and so does the list of all.
    for query in ["completed_to=2026-01-14&tag=a", "due_from=2026-01-01&q=done"] {
        assert_eq!(ann.titles(query).await, ["done"], "{query}");
    }
    assert_eq!(ann.titles("sort=-created_at").await.len(), 2);
    assert_eq!(ann.task(&open).await["completed"], false);
}

#[tokio::test]
async fn an_administrator_who_names_nobody_gets_their_own_of_what_is_filtered() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    ann.task_with(json!({ "title": "of Ann", "tags": ["a"] })).await;
    admin.task_with(json!({ "title": "of the admin", "tags": ["a"] })).await;
    assert_eq!(admin.titles("").await.len(), 2);
    assert_eq!(admin.titles("sort=-created_at").await, ["of the admin", "of Ann"]);
    for query in ["tag=a", "view=inbox", "q=of", "sort=title", "priority=medium"] {
        assert_eq!(admin.titles(query).await, ["of the admin"], "{query}");
        assert_eq!(admin.titles(&format!("{query}&user_id={}", ann.id)).await, ["of Ann"], "{query}");
        ann.get(&format!("/api/tasks?{query}&user_id={}", admin.id)).await.assert_error(403, "forbidden");
    }
}

/// A page ends at 1 MiB too, and what follows is not lost.
#[tokio::test]
async fn large_tasks_come_in_smaller_pages() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for n in 0..40 {
        ann.task_with(json!({ "title": n.to_string(), "notes": "𝒳".repeat(10_000) })).await;
        app.advance_seconds(1);
    }
    for query in ["view=inbox", "sort=-created_at&priority=medium", "q=x"] {
        let first = ann.get(&format!("/api/tasks?{query}")).await;
        assert!(first.next_page().is_some() && first.bytes.len() < 1_200_000, "{}", first.bytes.len());
        let all: Vec<Value> = ann.all_pages(&format!("/api/tasks?{query}"), 1000).await;
        let mut titles: Vec<usize> = all.iter().filter_map(|task| task["title"].as_str()?.parse().ok()).collect();
        titles.sort_unstable();
        assert_eq!(titles, (0..40).collect::<Vec<_>>(), "{query}");
    }
}
