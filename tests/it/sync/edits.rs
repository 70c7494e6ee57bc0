//! Edits on both sides, where nothing fails.

use serde_json::json;

use super::bench::{Bench, REPOSITORY, ok, text, titles};
use crate::support::task_path;

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_items_are_the_same_on_both_sides() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let milk = there.add(sandbox::todoist::INBOX, "Milk");
    bench.ann.create_task("Bread").await;
    let id = bench.todoist().await;
    bench.settle().await;
    let both = titles([("Milk", false), ("Bread", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
    let shown = bench.connection(&id).await;
    assert_eq!((&shown["status"], &shown["counts"]["linked"], &shown["problem"]), (&json!("active"), &json!(2), &json!(null)));

    // Each side changes something of the other's.
    assert!(there.edit(&milk, |task| "Oat milk".clone_into(&mut task.content)));
    let bread = bench.task("Bread").await;
    bench.ann.change_task(&bread, json!({ "title": "Rye bread", "due_on": "2026-01-20", "due_time": "09:30" })).await;
    bench.sync(&id).await;
    let both = titles([("Oat milk", false), ("Rye bread", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
    let due = there.tasks().into_iter().find(|task| task.content == "Rye bread").and_then(|task| task.due).expect("a due date");
    assert!(text(&due, "date").starts_with("2026-01-20T"), "{due}");

    // Completing goes both ways, and so does reopening.
    there.complete(&milk);
    let bread = bench.task("Rye bread").await;
    bench.ann.change_task(&bread, json!({ "action": "complete" })).await;
    bench.sync(&id).await;
    let both = titles([("Oat milk", true), ("Rye bread", true)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
    bench.ann.change_task(&bread, json!({ "action": "reopen" })).await;
    bench.sync(&id).await;
    assert!(!bench.at_todoist()["Rye bread"]);

    // Deleting, too; and what is restored is there again.
    there.delete(&milk);
    assert_eq!(bench.ann.delete(&task_path(&bread)).await.status, 204);
    bench.sync(&id).await;
    assert_eq!((bench.here().await, bench.at_todoist()), (titles([]), titles([])));
    ok(&bench.ann.post_empty(&format!("{}/restore", task_path(&bread))).await);
    bench.settle().await;
    assert_eq!(bench.at_todoist(), titles([("Rye bread", false)]));
    assert!(bench.conflicts(&id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_edits_of_a_field_the_later_stays_and_the_other_can_be_had_back() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let item = there.add(sandbox::todoist::INBOX, "A");
    let id = bench.todoist().await;
    bench.settle().await;

    let task = bench.task("A").await;
    bench.ann.change_task(&task, json!({ "title": "B", "notes": "from here" })).await;
    bench.pass(60);
    assert!(there.edit(&item, |task| "C".clone_into(&mut task.content)));
    bench.sync(&id).await;
    assert_eq!((bench.here().await, bench.at_todoist()), (titles([("C", false)]), titles([("C", false)])));
    // Of another field both stay.
    assert_eq!(there.task(&item).expect("there").description, "from here");

    let conflicts = bench.conflicts(&id).await;
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    let conflict = &conflicts[0];
    assert_eq!(
        (&conflict["field"], &conflict["lost"]["value"], &conflict["lost"]["side"]),
        (&json!("title"), &json!("B"), &json!("local"))
    );
    assert_eq!((&conflict["kept"]["value"], &conflict["task_id"]), (&json!("C"), &task["id"]));
    let restore = format!("/api/connections/{id}/conflicts/{}/restore", text(conflict, "id"));
    for _ in 0..2 {
        ok(&bench.ann.post_empty(&restore).await);
        bench.sync(&id).await;
        assert_eq!((bench.here().await, bench.at_todoist()), (titles([("B", false)]), titles([("B", false)])));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_beats_a_deletion() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let (one, other) = (there.add(sandbox::todoist::INBOX, "one"), there.add(sandbox::todoist::INBOX, "other"));
    let id = bench.todoist().await;
    bench.settle().await;
    // Deleted here and changed there; and the other way round.
    let task = bench.task("one").await;
    assert_eq!(bench.ann.delete(&task_path(&task)).await.status, 204);
    assert!(there.edit(&one, |task| "one, changed".clone_into(&mut task.content)));
    let task = bench.task("other").await;
    bench.ann.change_task(&task, json!({ "title": "other, changed" })).await;
    there.delete(&other);
    bench.sync(&id).await;
    let both = titles([("one, changed", false), ("other, changed", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
    let fields: Vec<_> = bench.conflicts(&id).await.iter().map(|conflict| text(conflict, "field")).collect();
    assert_eq!(fields, ["deleted", "deleted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_much_is_missing_the_person_is_asked() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let items: Vec<String> = (0..20).map(|n| there.add(sandbox::todoist::INBOX, &format!("item {n}"))).collect();
    let id = bench.todoist().await;
    bench.settle().await;
    assert_eq!(bench.count().await, 20);
    assert!(items.iter().take(12).all(|item| there.delete(item)));
    let shown = bench.sync(&id).await;
    assert_eq!((&shown["status"], &shown["problem"]["code"]), (&json!("halted"), &json!("mass_deletion")), "{shown}");
    assert_eq!(bench.count().await, 20);
    assert_eq!(bench.ann.post_empty(&format!("/api/connections/{id}/resume")).await.status, 400);

    let resumed = bench.ann.post(&format!("/api/connections/{id}/resume"), json!({ "missing": "recreate" })).await;
    ok(&resumed);
    bench.settle().await;
    assert_eq!((bench.count().await, there.tasks().len()), (20, 20));
    assert_eq!(bench.connection(&id).await["status"], "active");

    assert!(there.tasks().iter().take(12).all(|item| there.delete(&item.id)));
    bench.sync(&id).await;
    ok(&bench.ann.post(&format!("/api/connections/{id}/resume"), json!({ "missing": "delete" })).await);
    bench.settle().await;
    assert_eq!((bench.count().await, there.tasks().len()), (8, 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn github_gets_what_is_meant_for_it_and_closes_what_is_deleted() {
    let bench = Bench::new().await;
    let there = &bench.services.github.state;
    let number = there.open(REPOSITORY, "Leak", Some("in the cellar"));
    there.open_pull_request(REPOSITORY, "Mend it");
    bench.ann.create_task("private").await;
    bench.ann.task_with(json!({ "title": "public", "tags": ["errand"] })).await;
    let settings = json!({ "repositories": [REPOSITORY], "new_in": REPOSITORY, "outgoing": { "tag": "errand" } });
    let id = bench.github(settings).await;
    bench.settle().await;
    assert_eq!(bench.here().await, titles([("Leak", false), ("private", false), ("public", false)]));
    let open = |title: &str| there.issues(REPOSITORY).into_iter().filter(|issue| issue.title == title).collect::<Vec<_>>();
    assert_eq!((open("public").len(), open("private").len()), (1, 0));
    assert_eq!(bench.task("Leak").await["notes"], "in the cellar");

    // Deleted here, closed there; restored here, the same issue is open again.
    let task = bench.task("public").await;
    assert_eq!(task["external"][0]["connection_id"], json!(id), "{task}");
    assert_eq!(bench.ann.delete(&task_path(&task)).await.status, 204);
    bench.settle().await;
    let issue = &open("public")[0];
    assert_eq!((issue.closed, issue.state_reason.as_deref()), (true, Some("not_planned")));
    ok(&bench.ann.post_empty(&format!("{}/restore", task_path(&task))).await);
    bench.settle().await;
    let issues = open("public");
    assert_eq!((issues.len(), issues[0].closed), (1, false));

    // Closed there as done is completed here; as not planned it is in the trash.
    there.close(REPOSITORY, number, "completed");
    bench.sync(&id).await;
    assert!(bench.here().await["Leak"]);
    there.close(REPOSITORY, issues[0].number, "not_planned");
    bench.sync(&id).await;
    assert!(!bench.here().await.contains_key("public"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_leaves_the_tasks() {
    let bench = Bench::new().await;
    bench.services.todoist.state.add(sandbox::todoist::INBOX, "Milk");
    bench.ann.create_task("Bread").await;
    let id = bench.todoist().await;
    bench.settle().await;
    assert_eq!(bench.task("Bread").await["external"][0]["connection_id"], json!(id));
    assert_eq!(bench.ann.delete(&format!("/api/connections/{id}")).await.status, 204);
    bench.settle().await;
    let both = titles([("Milk", false), ("Bread", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
    for title in ["Milk", "Bread"] {
        assert_eq!(bench.task(title).await["external"], json!([]));
    }
    // Connected again nothing is there twice.
    let again = bench.todoist().await;
    bench.settle().await;
    assert_eq!((bench.count().await, bench.services.todoist.state.tasks().len()), (2, 2));
    assert_eq!(bench.connection(&again).await["counts"]["linked"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direction_keeps_one_side_as_it_is_until_it_is_left() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let item = there.add(sandbox::todoist::INBOX, "theirs");
    bench.ann.create_task("ours").await;
    let id = bench.todoist().await;
    bench.settle().await;
    let turn = async |direction: &str| {
        ok(&bench.ann.patch(&format!("/api/connections/{id}"), json!({ "direction": direction })).await);
        bench.sync(&id).await;
    };

    turn("in").await;
    let ours = bench.task("ours").await;
    bench.ann.change_task(&ours, json!({ "title": "ours, changed" })).await;
    bench.ann.create_task("not to go out").await;
    assert!(there.edit(&item, |task| "theirs, changed".clone_into(&mut task.content)));
    bench.sync(&id).await;
    assert_eq!(bench.at_todoist(), titles([("ours", false), ("theirs, changed", false)]));
    assert_eq!(bench.here().await, titles([("ours, changed", false), ("not to go out", false), ("theirs, changed", false)]));

    turn("out").await;
    there.add(sandbox::todoist::INBOX, "not to come in");
    assert!(there.edit(&item, |task| "theirs, again".clone_into(&mut task.content)));
    bench.sync(&id).await;
    assert!(bench.here().await.contains_key("theirs, changed") && !bench.here().await.contains_key("not to come in"));
    assert!(bench.at_todoist().contains_key("ours, changed") && bench.at_todoist().contains_key("theirs, again"));

    turn("both").await;
    let both = titles([("ours, changed", false), ("not to go out", false), ("theirs, again", false), ("not to come in", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_keeps_what_changes_for_later() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let id = bench.todoist().await;
    bench.settle().await;
    ok(&bench.ann.post_empty(&format!("/api/connections/{id}/pause")).await);
    bench.ann.create_task("ours").await;
    there.add(sandbox::todoist::INBOX, "theirs");
    bench.settle().await;
    assert_eq!((bench.here().await, bench.at_todoist()), (titles([("ours", false)]), titles([("theirs", false)])));
    ok(&bench.ann.post_empty(&format!("/api/connections/{id}/resume")).await);
    bench.settle().await;
    let both = titles([("ours", false), ("theirs", false)]);
    assert_eq!((bench.here().await, bench.at_todoist()), (both.clone(), both));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_settings_name_no_longer_is_let_go_and_stays_on_both_sides() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    there.add_project("house", "House");
    for (project, title) in [("house", "roof"), (sandbox::todoist::INBOX, "milk"), (sandbox::todoist::INBOX, "bread")] {
        there.add(project, title);
    }
    let id = bench.todoist().await;
    bench.settle().await;
    let all = titles([("roof", false), ("milk", false), ("bread", false)]);
    assert_eq!(bench.here().await, all);
    ok(&bench.ann.patch(&format!("/api/connections/{id}"), json!({ "settings": { "list": "house" } })).await);
    bench.settle().await;
    assert_eq!((bench.here().await, bench.at_todoist()), (all.clone(), all));
    let shown = bench.connection(&id).await;
    assert_eq!((&shown["status"], &shown["counts"]["linked"]), (&json!("active"), &json!(1)), "{shown}");
    assert_eq!(bench.task("milk").await["external"], json!([]));

    // What is changed of it on one side stays there.
    let milk = bench.task("milk").await;
    bench.ann.change_task(&milk, json!({ "title": "oat milk" })).await;
    bench.sync(&id).await;
    assert_eq!(bench.at_todoist(), titles([("roof", false), ("milk", false), ("bread", false)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_says_how_it_stands_elsewhere_and_a_run_what_it_did() {
    let bench = Bench::new().await;
    let there = &bench.services.todoist.state;
    let item = there.add(sandbox::todoist::INBOX, "Milk");
    let id = bench.todoist().await;
    bench.settle().await;
    let task = bench.task("Milk").await;
    let states = async || {
        let one = bench.ann.get(&task_path(&task)).await;
        let listed = bench.ann.get("/api/tasks").await;
        let selected = bench.ann.get("/api/tasks?sort=title").await;
        let state = ok(&one)["external"][0]["state"].clone();
        assert_eq!((&ok(&listed)[0]["external"], &ok(&selected)[0]["external"]), (&one.body["external"], &one.body["external"]));
        state
    };
    assert_eq!(states().await, "synced");
    let version = bench.ann.get(&task_path(&task)).await.header("etag").map(str::to_owned);

    // As of the answer: what changed is waiting at once, also in the answer to the change.
    let changed = bench.ann.change_task(&task, json!({ "title": "Oat milk" })).await;
    assert_eq!((&changed["external"][0]["state"], states().await), (&json!("waiting"), json!("waiting")));
    bench.sync(&id).await;
    assert_eq!(states().await, "synced");
    // What is not kept there waits for nothing.
    let changed = bench.ann.change_task(&task, json!({ "priority": "high" })).await;
    assert_eq!(changed["external"][0]["state"], "synced");
    assert_ne!(bench.ann.get(&task_path(&task)).await.header("etag").map(str::to_owned), version);

    // Nothing is written by a connection that only reads.
    let path = format!("/api/connections/{id}");
    ok(&bench.ann.patch(&path, json!({ "direction": "in" })).await);
    let changed = bench.ann.change_task(&task, json!({ "notes": "two litres" })).await;
    assert_eq!(changed["external"][0]["state"], "synced");
    ok(&bench.ann.patch(&path, json!({ "direction": "both" })).await);
    assert_eq!(states().await, "waiting");
    bench.sync(&id).await;

    there.edit(&item, |task| "Soy milk".clone_into(&mut task.content));
    bench.sync(&id).await;
    let runs = bench.ann.get(&format!("{path}/runs")).await;
    let mut did = Vec::new();
    for run in ok(&runs).as_array().expect("runs") {
        let steps = bench.ann.get(&format!("{path}/runs/{}/steps?limit=1", text(run, "id"))).await;
        for step in ok(&steps).as_array().expect("steps").iter().flat_map(|commit| commit["steps"].as_array().expect("steps")) {
            assert_eq!(step["task_id"], task["id"]);
            did.push((text(step, "did"), step["fields"].clone(), step["from"].is_null(), step["to"].is_null()));
        }
        let all = steps.body.to_string();
        assert!(!all.contains("milk") && !all.contains("litres"), "{all}");
    }
    let step = |did: &str, fields, from_nothing| (did.to_owned(), fields, from_nothing, false);
    assert_eq!(
        did,
        [
            step("task_created", json!(["title", "notes", "due", "completed"]), true),
            step("item_updated", json!(["title"]), false),
            step("item_updated", json!(["notes"]), false),
            step("task_updated", json!(["title"]), false),
        ]
    );
    // It is the first that was connected.
    bench.follow().await;
    let achievements = bench.ann.get("/api/achievements").await;
    let connected = ok(&achievements).as_array().expect("a list").iter().find(|one| one["id"] == "connected").expect("there");
    assert!(connected["earned_at"].is_string(), "{connected}");
    // A stranger sees nothing of it.
    let bob = bench.app.user("bob").await;
    let run = text(&runs.body[0], "id");
    assert_eq!(bob.get(&format!("{path}/runs/{run}/steps")).await.status, 404);
}
