//! Time off: entered, listed and deleted by its owner alone, and never twice on one date.

use avanochi::accounts::time_off::model::Dates;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    model::run,
    support::{Answer, Client, LONG_TOKENS, TestApp, app_with_admin},
};

const PATH: &str = "/api/time_off";

async fn enter(client: &Client, from: &str, to: &str) -> Answer {
    client.post(PATH, json!({ "from": from, "to": to, "kind": "vacation" })).await
}

async fn listed(client: &Client, query: &str) -> Vec<String> {
    let answer = client.get(&format!("{PATH}{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.as_array().expect("a list").iter().map(|off| off["from"].as_str().expect("a date").to_owned()).collect()
}

#[tokio::test]
async fn what_is_entered_is_listed_told_and_deleted() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let keyed = ann.clone().with_header("idempotency-key", "a-key");
    let body = json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "sick", "user_id": ann.id });
    let (made, again) = (keyed.post(PATH, body.clone()).await, keyed.post(PATH, body.clone()).await);
    let id = made.text("id");
    let expected = json!({ "id": id, "user_id": ann.id, "from": "2026-02-02", "to": "2026-02-06", "kind": "sick",
        "created_at": "2026-01-14T10:00:00.000000Z" });
    assert_eq!((made.status, &made.body, again.status, &again.body), (201, &expected, 201, &expected));
    assert_eq!((again.header("idempotency-replayed"), made.header("etag")), (Some("true"), None));
    keyed
        .post(PATH, json!({ "from": "2026-03-02", "to": "2026-03-06", "kind": "sick" }))
        .await
        .assert_error(422, "idempotency_key_reused");

    let told = |changes: &Value| changes["changes"].as_array().and_then(|all| all.iter().rfind(|one| one["id"] == *id).cloned());
    let change = told(&ann.get("/api/changes").await.body).expect("told");
    assert_eq!((&change["kind"], &change["op"], &change["item"]), (&json!("time_off"), &json!("upsert"), &expected));
    assert_clean(&app).await;

    let one = format!("{PATH}/{id}");
    ann.get(&one).await.assert_error(405, "method_not_allowed");
    assert_eq!(ann.delete(&one).await.status, 204);
    ann.delete(&one).await.assert_error(404, "not_found");
    assert_eq!(listed(&ann, "").await, [""; 0]);
    assert_eq!(told(&ann.get("/api/changes").await.body).expect("told")["op"], "delete");
    assert_eq!(enter(&ann, "2026-02-06", "2026-02-06").await.status, 201);
    assert_clean(&app).await;
}

#[tokio::test]
async fn it_is_listed_by_its_first_date() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (from, to) in [("2026-05-01", "2026-05-01"), ("2025-12-24", "2026-01-06"), ("2026-02-02", "2026-02-06")] {
        assert_eq!(enter(&ann, from, to).await.status, 201);
    }
    let all = ["2025-12-24", "2026-02-02", "2026-05-01"];
    assert_eq!(listed(&ann, "").await, all);
    assert_eq!(listed(&ann, "?from=2026-02-02").await, all[1..]);
    assert_eq!(listed(&ann, "?to=2026-02-02").await, all[..2]);
    assert_eq!(listed(&ann, "?from=2025-12-25&to=2026-04-30").await, all[1..2]);
    let pages = ann.all_pages(&format!("{PATH}?from=2025-12-24"), 1).await;
    assert_eq!(pages.iter().map(|off| off["from"].as_str().expect("a date")).collect::<Vec<_>>(), all);
    for bad in ["from=2026-02-03&to=2026-02-02", "from=today", "to=2026-2-2"] {
        ann.get(&format!("{PATH}?{bad}")).await.assert_error(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (wrong, field) in [
        (json!({ "to": "2026-02-06", "kind": "sick" }), "from"),
        (json!({ "from": "2026-02-02", "kind": "sick" }), "to"),
        (json!({ "from": "2026-02-02", "to": "2026-02-06" }), "kind"),
        (json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "leave" }), "kind"),
        (json!({ "from": "2026-02-30", "to": "2026-02-06", "kind": "sick" }), "from"),
        (json!({ "from": "2026-02-02", "to": "2026-02-01", "kind": "sick" }), "to"),
        (json!({ "from": "2026-02-02", "to": "2027-02-03", "kind": "sick" }), "to"),
    ] {
        let answer = ann.post(PATH, wrong.clone()).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], field, "{wrong}");
    }
    assert_eq!(enter(&ann, "2026-02-02", "2027-02-02").await.status, 201);
}

#[tokio::test]
async fn none_of_it_overlaps_also_when_two_arrive_at_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = enter(&ann, "2026-02-02", "2026-02-06").await;
    for (from, to) in
        [("2026-02-06", "2026-02-09"), ("2026-01-01", "2026-02-02"), ("2026-02-03", "2026-02-04"), ("2026-01-01", "2026-12-31")]
    {
        let answer = enter(&ann, from, to).await;
        answer.assert_error(409, "time_off_overlaps").assert_says(&format!("It would overlap the time off {}", first.text("id")));
    }
    assert_eq!(enter(&ann, "2026-02-07", "2026-02-07").await.status, 201);
    assert_eq!(enter(&ann, "2026-02-01", "2026-02-01").await.status, 201);

    let elsewhere = app.another(&[LONG_TOKENS]).anonymous().with_token(ann.token(), &ann.id);
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
        callers.spawn(async move { enter(&client, "2026-03-02", &format!("2026-03-{:02}", n + 2)).await.status });
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1..].iter().all(|status| *status == 409)), (201, true), "{statuses:?}");
    assert_eq!(listed(&ann, "?from=2026-03-01").await.len(), 1);
}

#[tokio::test]
async fn nobody_but_the_owner_reaches_it() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let id = enter(&ann, "2026-02-02", "2026-02-06").await.text("id");
    for other in [&admin, &app.user("bob").await] {
        let body = json!({ "from": "2026-04-02", "to": "2026-04-06", "kind": "sick", "user_id": ann.id });
        other.post(PATH, body).await.assert_error(403, "forbidden");
        other.get(&format!("{PATH}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
        other.delete(&format!("{PATH}/{id}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
        other.delete(&format!("{PATH}/{id}")).await.assert_error(404, "not_found");
        assert_eq!(other.get(PATH).await.body, json!([]));
    }
    assert_eq!(listed(&ann, &format!("?user_id={}", ann.id)).await, ["2026-02-02"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// What overlaps is refused, as a look at all of it finds.
    #[test]
    fn agrees_with_a_look_at_all_of_it(entered in prop::collection::vec((0..900_u64, 0..366_u64), 1..30)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
            let dates = |(start, more): (u64, u64)| {
                let from = first + chrono::Days::new(start);
                Dates::new(from, from + chrono::Days::new(more)).expect("dates")
            };
            let mut plain: Vec<Dates> = Vec::new();
            for new in entered.into_iter().map(dates) {
                let free = plain.iter().all(|one| new.to < one.from || one.to < new.from);
                let answer = enter(&ann, &new.from.to_string(), &new.to.to_string()).await;
                assert_eq!(answer.status, if free { 201 } else { 409 }, "{new:?} beside {plain:?}");
                plain.extend(free.then_some(new));
            }
        });
    }
}
