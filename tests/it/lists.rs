//! Lists: order, pages, filters, cursors.

use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    support::{TestApp, app_with_admin},
};

fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["title"].as_str().expect("a title")).collect()
}

#[tokio::test]
async fn pages_follow_each_other_in_order_of_creation() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for n in 0..11 {
        ann.create_task(&format!("task {n:02}")).await;
        bob.create_task("not yours").await;
        // Several have the same time of creation.
        if n % 3 == 0 {
            app.advance_seconds(1);
        }
    }
    let expected: Vec<String> = (0..11).map(|n| format!("task {n:02}")).collect();
    for limit in [1, 2, 5, 11, 1000] {
        assert_eq!(titles(&ann.all_pages("/api/tasks", limit).await), expected, "limit {limit}");
    }
    let whole = ann.get("/api/tasks").await;
    assert_eq!((whole.next_page(), whole.body.as_array().map(Vec::len)), (None, Some(11)));
    assert_eq!(ann.get(&format!("/api/tasks?user_id={}", ann.id)).await.body, whole.body);
}

#[tokio::test]
async fn tasks_are_narrowed_to_those_completed_or_not() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for n in 0..6 {
        let id = ann.create_task(&format!("{n}")).await.text("id");
        if n % 2 == 0 {
            ann.patch(&format!("/api/tasks/{id}"), json!({})).await;
        }
    }
    assert_eq!(titles(&ann.all_pages("/api/tasks?completed=true", 2).await), ["0", "2", "4"]);
    assert_eq!(titles(&ann.all_pages("/api/tasks?completed=false", 2).await), ["1", "3", "5"]);
    for bad in ["completed=yes", "completed=", "limit=0", "limit=1001", "limit=ten", "limit=-1", "limit=1&limit=2"] {
        ann.get(&format!("/api/tasks?{bad}")).await.assert_error(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn a_link_is_written_from_what_was_understood() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for n in 0..3 {
        ann.create_task(&format!("{n}")).await;
    }
    for limit in ["1", "+1", "%2B1", "0001", "%31"] {
        let answer = ann.get(&format!("/api/tasks?limit={limit}")).await;
        if answer.status == 200 {
            let next = answer.next_page().expect("more");
            assert!(next.contains("limit=1&"), "{next}");
            assert_eq!(titles(ann.get(&next).await.body.as_array().expect("a page")), ["1"]);
        } else {
            answer.assert_error(400, "invalid_parameter");
        }
    }
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_list_and_its_user() {
    let (app, admin) = app_with_admin().await;
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for client in [&ann, &bob] {
        for _ in 0..3 {
            client.create_task("x").await;
            let id = client.start().await.text("id");
            client.end(&id).await;
        }
    }
    let next = ann.get("/api/tasks?limit=1").await.next_page().expect("more");
    let cursor = next.split("cursor=").nth(1).expect("a cursor").to_owned();
    assert_eq!(ann.get(&next).await.status, 200);
    // Another number of entries is another page of the same list.
    assert_eq!(ann.get(&format!("/api/tasks?limit=2&cursor={cursor}")).await.body.as_array().map(Vec::len), Some(2));
    for path in [
        format!("/api/tasks?completed=false&cursor={cursor}"),
        format!("/api/work_sessions?cursor={cursor}"),
        "/api/tasks?cursor=".to_owned(),
        "/api/tasks?cursor=AAAA".to_owned(),
        format!("/api/tasks?cursor={cursor}A"),
        format!("/api/tasks?cursor={}", &cursor[..cursor.len() - 4]),
    ] {
        ann.get(&path).await.assert_error(400, "invalid_cursor");
    }
    bob.get(&next).await.assert_error(403, "forbidden");
    bob.get(&format!("/api/tasks?cursor={cursor}")).await.assert_error(400, "invalid_cursor");
    admin.get(&next).await.assert_error(400, "invalid_cursor");
}

#[tokio::test]
async fn pages_stay_in_step_while_the_list_changes() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(ann.create_task(&format!("{n}")).await.text("id"));
    }
    let first = ann.get("/api/tasks?limit=4").await;
    // Gone from the page that was read, from the one to come, and something new at the end.
    for index in [1, 3, 6] {
        ann.delete(&format!("/api/tasks/{}", ids[index])).await;
    }
    ann.create_task("10").await;
    let rest = ann.all_pages(&first.next_page().expect("more").replace("&limit=4", "").replace("limit=4&", ""), 3).await;
    assert_eq!(titles(first.body.as_array().expect("a page")), ["0", "1", "2", "3"]);
    assert_eq!(titles(&rest), ["4", "5", "7", "8", "9", "10"]);
}

#[tokio::test]
async fn an_admin_lists_what_is_everybodys() {
    let (app, admin) = app_with_admin().await;
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for (client, title) in [(&ann, "a1"), (&bob, "b1"), (&ann, "a2"), (&admin, "c1")] {
        client.create_task(title).await;
        app.advance_seconds(1);
    }
    ann.start().await;
    assert_eq!(titles(&admin.all_pages("/api/tasks", 3).await), ["a1", "b1", "a2", "c1"]);
    assert_eq!(titles(&admin.all_pages(&format!("/api/tasks?user_id={}", ann.id), 1).await), ["a1", "a2"]);
    assert_eq!(admin.all_pages("/api/work_sessions", 1).await.len(), 1);
    let users = admin.all_pages("/api/users", 2).await;
    let names: Vec<&str> = users.iter().map(|user| user["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["the admin", "ann", "bob"]);
    ann.get("/api/users").await.assert_error(403, "forbidden");
    assert_eq!(ann.all_pages("/api/tasks", 10).await.len(), 2);
}

/// A page ends by its size, too: what the client has seen of a change may fill one, and it must get past that.
#[tokio::test]
async fn a_change_that_fills_more_than_a_page_is_got_past() {
    use avanochi::store::{Batch, Draft, Key, Write};
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let partition = crate::support::events::partition(&ann.id);
    let mut batch = Batch::new(partition.clone(), uuid::Uuid::from_u128(1));
    for n in 0..4 {
        let id = ann.create_task(&n.to_string()).await.text("id");
        let key = Key { partition: partition.clone(), kind: "tasks".into(), id: id.clone() };
        let task = app.store.get(key).await.expect("read").expect("a task");
        let mut body: Value = serde_json::from_str(&task.body).expect("JSON");
        body["of a later version"] = "x".repeat(400_000).into();
        let draft = Draft {
            kind: "tasks".into(),
            id,
            seq: 100,
            places: [Some(n), None, None, None],
            facet: None,
            published: true,
            expires_at: None,
            body: body.to_string(),
        };
        batch = batch.with(Write::Replace(draft, task.etag));
    }
    app.store.commit(batch).await.expect("replaced");
    for limit in [1, 2, 3, 100] {
        let mut mirror = Mirror::default();
        let mut pages = 0;
        while mirror.pull(&ann, limit).await {
            pages += 1;
            assert!(pages < 10, "limit {limit}");
        }
        assert_eq!(mirror.of("tasks").len(), 4, "limit {limit}");
    }
}
