//! The last command is taken back: within 10 minutes, once, exactly.

use serde_json::{Value, json};

use super::{confirm, everything, key, say};
use crate::{
    import::assert_clean,
    support::{Client, TestApp},
};

/// As [`everything`], without what says when it changed.
async fn state(client: &Client) -> Vec<Value> {
    let mut all = everything(client).await;
    for one in all.iter_mut().flat_map(|list| list.as_array_mut().expect("a list")) {
        one.as_object_mut().expect("an object").remove("updated_at");
    }
    all
}

#[tokio::test]
async fn each_command_is_taken_back_exactly() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    say(&ann, "energy 3").await;
    for (command, op) in [
        ("add buy milk tomorrow", "delete"),
        ("water", "delete"),
        ("lunch", "delete"),
        ("energy 5", "update"),
        ("start work", "delete"),
        ("start work", ""),
        ("pause", "update"),
        ("pause", ""),
        ("resume", "update"),
        ("stop", "update"),
        ("take a break", "delete"),
        ("take a break", ""),
        ("end my break", "update"),
    ] {
        app.advance_seconds(60);
        let before = state(&ann).await;
        assert!(say(&ann, command).await["did"].is_array(), "{command}");
        if op.is_empty() {
            continue;
        }
        app.advance_seconds(60);
        assert_ne!(state(&ann).await, before, "{command}");
        let undone = say(&ann, "undo").await;
        assert_eq!((&undone["key"], &undone["did"][0]["op"]), (&json!("dialogue_undone"), &json!(op)), "{command}: {undone}");
        assert_eq!(state(&ann).await, before, "{command}");
        assert_eq!(key(&ann, "deshaz").await.1, "dialogue_nothing_to_undo", "once");
    }
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_completed_task_is_open_again() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    say(&ann, "add buy milk").await;
    say(&ann, "done milk").await;
    assert_eq!(say(&ann, "undo").await["did"][0]["op"], "reopen");
    assert_eq!(ann.get("/api/tasks").await.body[0]["completed"], false);
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_changes_several_things_is_confirmed_first() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let series = json!({ "title": "Water the plants", "user_id": ann.id, "due_on": "2026-01-14",
        "recurrence": { "every": 1, "unit": "day" } });
    let made = ann.post("/api/tasks", series).await;
    assert_eq!(made.status, 201, "{made:?}");
    let told = say(&ann, "done plants").await;
    let ops = |body: &Value| -> Vec<(Value, Value)> {
        body["did"].as_array().expect("a list").iter().map(|did| (did["id"].clone(), did["op"].clone())).collect()
    };
    let before = everything(&ann).await;
    assert_eq!(before[0].as_array().map(Vec::len), Some(2), "the next one was made");
    let asked = say(&ann, "undo").await;
    assert_eq!((&asked["intent"], &asked["key"], asked.get("did")), (&json!("undo"), &json!("dialogue_confirm"), None));
    assert_eq!(asked["confirm"]["text"], "undo · Done: Water the plants");
    assert_eq!(everything(&ann).await, before, "nothing is done yet");
    let done = confirm(&ann, &asked["confirm"]["token"]).await;
    assert_eq!(done.status, 200, "{done:?}");
    let (first, next) = (&made.body["id"], &before[0][1]["id"]);
    assert_eq!(ops(&told), [(first.clone(), json!("complete")), (next.clone(), json!("create"))]);
    assert_eq!(ops(&done.body), [(first.clone(), json!("reopen")), (next.clone(), json!("delete"))]);
    let tasks = ann.get("/api/tasks").await.body;
    assert_eq!((tasks.as_array().map(Vec::len), &tasks[0]["completed"]), (Some(1), &json!(false)));
    confirm(&ann, &asked["confirm"]["token"]).await.assert_error(410, "confirmation_expired");
    assert_clean(&app).await;
}

#[tokio::test]
async fn it_is_for_ten_minutes_and_not_for_what_has_changed_since() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    say(&ann, "water").await;
    assert_eq!(key(&bob, "undo").await.1, "dialogue_nothing_to_undo", "the last command of the caller");
    app.advance_seconds(601);
    assert_eq!(key(&ann, "undo").await.1, "dialogue_nothing_to_undo");
    assert_clean(&app).await;
}

/// A request of the page: method, path with the id of what was done, body.
type Step<'a> = (&'a str, &'a str, Value);

#[tokio::test]
async fn what_the_page_did_since_stays() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    say(&ann, "add alpha").await;
    let completed = json!({ "action": "complete" });
    let reopened = json!({ "action": "reopen" });
    let energy = json!({ "user_id": ann.id, "energy": 5, "note": "slept well" });
    // What is said, and what the page does to that then.
    let cases: [(&str, &[Step<'_>]); 7] = [
        ("start work", &[("POST", "/api/work_sessions/{id}/pause", json!({}))]),
        ("add report", &[("PATCH", "/api/tasks/{id}", json!({ "title": "Yearly report" }))]),
        ("add draft", &[("PATCH", "/api/tasks/{id}", completed.clone())]),
        ("done alpha", &[("PATCH", "/api/tasks/{id}", reopened), ("PATCH", "/api/tasks/{id}", completed)]),
        ("take a break", &[("POST", "/api/rests/{id}/end", json!({}))]),
        ("energy 4", &[("POST", "/api/check_ins", energy.clone())]),
        ("energy 3", &[("POST", "/api/check_ins", energy)]),
    ];
    for (command, steps) in cases {
        app.advance_seconds(60);
        let body = say(&ann, command).await;
        let id = body["did"][0]["id"].as_str().expect("an id");
        for (method, path, body) in steps {
            app.advance_seconds(60);
            let path = path.replace("{id}", id);
            let answer =
                if *method == "POST" { ann.post(&path, body.clone()).await } else { ann.patch(&path, body.clone()).await };
            assert!((200..300).contains(&answer.status), "{command}: {answer:?}");
        }
        let before = everything(&ann).await;
        assert_eq!(key(&ann, "undo").await.1, "dialogue_changed_since", "{command}");
        assert_eq!(everything(&ann).await, before, "{command}");
    }
    assert_clean(&app).await;
}
