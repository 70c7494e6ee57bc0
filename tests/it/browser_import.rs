//! Moving in from the front end: the tasks that it kept in a browser become a user's, however often the file is read, and
//! nothing of a file that is broken.

use std::io::Write as _;

use avanochi::migration::import::{self, Outcome};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    import::{ANN, assert_clean, import_all, log_in, maintenance, realistic},
    support::{Client, TestApp},
};

/// As the front end keeps it, with all its fields: what is open, what is done, what has hardly anything.
const EXPORT: &str = r#"{
  "theme": "dark",
  "tasks": [
    {
      "id": "V1StGXR8_Z5jdHi6B-myT",
      "title": "Write the report",
      "completed": false,
      "createdAt": "2026-01-12T09:00:00.000Z",
      "updatedAt": "2026-01-13T09:00:00.000Z",
      "expectedDurationMs": 1500000,
      "startedAt": 1768298400000,
      "accumulatedMs": 754321,
      "dueAt": "2026-01-15T22:30:00.000Z",
      "plannedFor": "2026-01-14",
      "subtasks": [{ "id": 1, "title": "Outline", "done": true }, { "id": 2, "title": "Figures", "done": false }, "Send it"],
      "notes": "Ask Marta for the figures.\r\nThen send it.",
      "tags": ["Work", "report", "work"],
      "priority": "High"
    },
    {
      "id": 1768125600000,
      "title": "Book the room",
      "completed": true,
      "createdAt": 1768125600000,
      "completedAt": 1768208400000,
      "expectedDurationMs": 600000,
      "startedAt": null,
      "accumulatedMs": 900000,
      "dueAt": null,
      "plannedFor": null,
      "subtasks": [],
      "notes": "",
      "tags": [],
      "priority": "asap"
    },
    { "id": "3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9", "title": "Water the plants", "createdAt": "2026-01-13T08:00:00.000Z" }
  ]
}"#;

async fn import_text(app: &TestApp, text: &str, user: Option<&str>) -> anyhow::Result<(Outcome, Vec<String>)> {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let mut told = Vec::new();
    let outcome = import::import(&maintenance(app), file.path(), user, &mut |news| match news {
        import::News::Refused(refusal) => told.push(refusal.to_string()),
        import::News::Lost(loss) => told.push(loss.to_string()),
        import::News::Read { .. } => {}
    })
    .await?;
    Ok((outcome, told))
}

async fn madrid(app: &TestApp) -> Client {
    let ann = app.user("Ann").await;
    let moved = ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Europe/Madrid" })).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    ann
}

/// Of each task, by its title, what the names say.
async fn tasks(client: &Client, names: &[&str]) -> Vec<Value> {
    let tasks = client.get("/api/tasks").await.body;
    let mut tasks: Vec<Value> = tasks.as_array().expect("tasks").clone();
    tasks.sort_by_key(|task| task["title"].to_string());
    tasks.iter().map(|task| names.iter().map(|name| task[*name].clone()).collect()).collect()
}

#[tokio::test]
async fn the_tasks_of_a_browser_become_the_users_with_all_their_fields() {
    let app = TestApp::new();
    let ann = madrid(&app).await;
    let (outcome, told) = import_text(&app, EXPORT, Some("ann")).await.expect("an outcome");
    assert_eq!((outcome.tasks.taken, outcome.taken(), outcome.refused(), outcome.lost), (3, 3, 0, 2));
    let lost = [
        "element 1: task: field 'startedAt' was left out: its timer is not running here",
        "element 2: task: field 'priority' was left out",
    ];
    assert_eq!(told, lost);

    let names = [
        "title",
        "completed",
        "estimate_minutes",
        "spent_seconds",
        "due_on",
        "due_time",
        "planned_for",
        "priority",
        "notes",
        "tags",
    ];
    let expected = [
        json!(["Book the room", true, 10, 900, null, null, null, "medium", null, []]),
        json!(["Water the plants", false, null, 0, null, null, null, "medium", null, []]),
        json!([
            "Write the report",
            false,
            25,
            754,
            "2026-01-15",
            "23:30",
            "2026-01-14",
            "high",
            "Ask Marta for the figures.\nThen send it.",
            ["Work", "report"]
        ]),
    ];
    assert_eq!(tasks(&ann, &names).await, expected);
    let times = ["created_at", "updated_at", "completed_at", "timer_started_at"];
    let expected = [
        json!(["2026-01-11T10:00:00.000000Z", null, "2026-01-12T09:00:00.000000Z", null]),
        json!(["2026-01-13T08:00:00.000000Z", null, null, null]),
        json!(["2026-01-12T09:00:00.000000Z", "2026-01-13T09:00:00.000000Z", null, null]),
    ];
    assert_eq!(tasks(&ann, &times).await, expected);
    let steps: Vec<Value> = tasks(&ann, &["subtasks"]).await[2][0]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| json!([step["title"], step["completed"]]))
        .collect();
    assert_eq!(steps, [json!(["Outline", true]), json!(["Figures", false]), json!(["Send it", false])]);
    let ids = tasks(&ann, &["id"]).await;
    assert_eq!(ids[1], json!(["3b9f7b8e-6d7a-4e3f-a23c-5a0efb9b72c9"]));
    let inbox = ann.get("/api/tasks?view=inbox").await.body;
    assert_eq!(inbox[0]["title"], "Water the plants");
    assert_eq!(ann.stats().await["completed_tasks"], 1);
    assert_clean(&app).await;

    // What was planned and is not done goes on to the next week, as for any task.
    app.advance_hours(6 * 24);
    app.do_due().await.expect("done");
    assert_eq!(tasks(&ann, &["planned_for"]).await[2], json!(["2026-01-19"]));
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_brings_nothing_back() {
    let app = TestApp::new();
    let ann = madrid(&app).await;
    import_text(&app, EXPORT, Some("ANN")).await.expect("an outcome");
    let ids = tasks(&ann, &["id"]).await;
    let id = |index: usize| ids[index][0].as_str().expect("an id").to_owned();
    assert_eq!(ann.patch(&format!("/api/tasks/{}", id(0)), json!({ "title": "Booked" })).await.status, 200);
    assert_eq!(ann.delete(&format!("/api/tasks/{}", id(1))).await.status, 204);
    assert_eq!(ann.delete(&format!("/api/tasks/{}?permanent=true", id(2))).await.status, 204);
    let before = (tasks(&ann, &["id", "title"]).await, ann.get("/api/tasks?trashed=true").await.body);
    let version = ann.get("/api/changes").await.body["next"].clone();
    for user in ["Ann", &ann.id] {
        let (outcome, told) = import_text(&app, EXPORT, Some(user)).await.expect("an outcome");
        assert_eq!((outcome.taken(), outcome.tasks.present, outcome.tasks.deleted), (0, 1, 2));
        assert_eq!((outcome.lost, told), (0, Vec::new()));
    }
    assert_eq!((tasks(&ann, &["id", "title"]).await, ann.get("/api/tasks?trashed=true").await.body), before);
    assert_eq!(ann.get("/api/changes").await.body["next"], version);
    assert_clean(&app).await;
    // The same file is another user's own.
    let bob = app.user("Bob").await;
    let (outcome, _) = import_text(&app, EXPORT, Some("Bob")).await.expect("an outcome");
    assert_eq!((outcome.taken(), bob.stats().await["total_tasks"].clone()), (3, json!(3)));
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_file_that_is_broken_changes_nothing() {
    let app = TestApp::new();
    let ann = madrid(&app).await;
    for cut in [EXPORT.len() - 2, EXPORT.len() - 5, 900, 30] {
        let error = import_text(&app, &EXPORT[..cut], Some("Ann")).await.expect_err("broken");
        assert!(format!("{error:#}").starts_with("line "), "{error:#}");
    }
    let entries =
        json!([{ "id": 1, "title": "a" }, { "id": 2 }, { "title": "b" }, "c", { "id": 3, "title": "d", "type": "user" }]);
    let (outcome, told) = import_text(&app, &entries.to_string(), Some("Ann")).await.expect("an outcome");
    let expected = [
        "element 2: task: field 'title' is missing",
        "element 3: task: field 'id' is missing",
        "element 4: task: it is not an object",
        "element 5: task: it is not a task",
    ];
    assert_eq!(told, expected);
    assert_eq!((outcome.taken(), outcome.refused()), (0, 4));
    let (_, told) = import_text(&app, EXPORT, None).await.expect("an outcome");
    assert_eq!(told[0], "element 1: task: it does not say whose it is; name the user with --user");
    let error = import_text(&app, EXPORT, Some("nobody")).await.expect_err("nobody");
    assert_eq!(error.to_string(), "there is no user of that name");
    assert_eq!(ann.stats().await["total_tasks"], 0);
    assert_clean(&app).await;
}

#[tokio::test]
async fn entries_say_whose_they_are_before_the_command_does() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("Ann").await, app.user("Bob").await);
    let entries = json!([
        { "id": 1, "title": "of Ann", "userId": ann.id },
        { "id": 1, "title": "of Bob" },
        { "id": 2, "title": "of nobody", "user_id": "user_404" },
    ]);
    let (outcome, told) = import_text(&app, &entries.to_string(), Some("Bob")).await.expect("an outcome");
    assert_eq!((outcome.taken(), told), (2, vec!["element 3: task: there is no account of its user".to_owned()]));
    assert_eq!(tasks(&ann, &["title"]).await, [json!(["of Ann"])]);
    assert_eq!(tasks(&bob, &["title"]).await, [json!(["of Bob"])]);
}

#[tokio::test]
async fn documents_of_the_original_may_have_the_same_fields() {
    let app = TestApp::new();
    let mut documents = realistic();
    let fields = json!({ "expectedDurationMs": 1_500_000, "accumulated_ms": 60_000, "dueAt": "2025-10-01", "tags": ["a", 5] });
    documents[2].as_object_mut().expect("a task").extend(fields.as_object().expect("fields").clone());
    let outcome = import_all(&app, &documents).await;
    assert_eq!((outcome.tasks.taken, outcome.lost), (4, 1));
    let ann = log_in(&app, "ann").await;
    assert_eq!(ann.id, ANN);
    let found = tasks(&ann, &["estimate_minutes", "spent_seconds", "due_on", "tags"]).await;
    assert!(found.contains(&json!([25, 60, "2025-10-01", ["a"]])), "{found:?}");
    assert_clean(&app).await;
}

/// Together they are far more than a batch holds.
#[tokio::test]
async fn tasks_as_large_as_there_can_be_are_all_taken() {
    let app = TestApp::new();
    let ann = app.user("Ann").await;
    let steps = vec!["\"🦀".repeat(250); 100];
    let large = |id: u32| json!({ "id": id, "title": "\\".repeat(500), "notes": "\n\"".repeat(5_000) + ".", "subtasks": steps });
    let entries: Value = (0..40).map(large).collect();
    let (outcome, _) = import_text(&app, &entries.to_string(), Some("Ann")).await.expect("an outcome");
    assert_eq!((outcome.taken(), outcome.refused()), (40, 0));
    assert_eq!(ann.stats().await["total_tasks"], 40);
}
