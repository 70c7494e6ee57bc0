//! How a message is sent: exactly once for a person's eyes, whatever dies, fails or answers too late.

use std::time::Duration;

use avanochi::outbound::channels::Outcome;
use sandbox::{Fault as Remote, Limit, Reply};
use serde_json::{Value, json};

use super::{break_due, nudge};
use crate::{
    channels::{CHANNELS, HERE, PUBLIC_URL, Scene, follow, send},
    support::{Client, Fault, FlakyStore, LONG_TOKENS, TestApp},
};

fn row(state: &str, reason: Value) -> (String, String, Value) {
    ("nudge.created".to_owned(), state.to_owned(), reason)
}

#[tokio::test]
async fn what_fails_is_tried_again_and_taken_once() {
    let scene = Scene::new().await;
    for fault in [
        Remote::DropRequest,
        Remote::DropAnswer,
        Remote::Instead(Reply::status(500)),
        Remote::Afterwards(Reply::status(503)),
        Remote::Instead(Reply { headers: vec![("location", scene.receiver.url.clone())], ..Reply::status(307) }),
        Remote::Instead(Reply::status(404)),
    ] {
        let before = scene.told().len();
        scene.receiver.stand.faults.next(fault.clone());
        scene.nudge(break_due()).await;
        scene.follow().await;
        let log = scene.log().await;
        let last = log.last().expect("a row");
        assert_eq!(last.1, "waiting", "{fault:?}");
        assert!(scene.channel().await["failing_since"].is_string(), "{fault:?}");
        scene.wait(2).await;
        assert_eq!(scene.log().await.last().expect("a row"), &row("sent", Value::Null), "{fault:?}");
        assert_eq!((scene.told().len(), scene.channel().await["failing_since"].clone()), (before + 1, Value::Null), "{fault:?}");
    }
    // Whatever came twice came under the same id, and a redirect was not followed.
    let (received, acted) = (scene.receiver.state.received().len(), scene.receiver.state.acted_on().len());
    assert_eq!((received, acted, scene.receiver.state.refused()), (9, 7, 0));
}

#[tokio::test]
async fn a_limit_is_kept_to_and_the_signature_is_of_each_attempt() {
    let scene = Scene::new().await;
    scene.receiver.stand.faults.next(Remote::Instead(Reply::limited(Limit::RetryAfterSeconds(600))));
    scene.nudge(break_due()).await;
    scene.follow().await;
    assert_eq!(scene.log().await[1], row("waiting", json!("http_429")));
    scene.wait(9).await;
    assert_eq!(scene.told().len(), 0);
    // The receiver refuses what was signed more than five minutes ago.
    scene.wait(2).await;
    assert_eq!((scene.told().len(), scene.receiver.state.refused()), (1, 0));
}

#[tokio::test]
async fn after_the_last_attempt_it_has_failed() {
    let scene = Scene::new().await;
    scene.nudge(break_due()).await;
    for _ in 0..10 {
        scene.receiver.stand.faults.next(Remote::Instead(Reply::status(500)));
    }
    scene.follow().await;
    // Three days of waits, at most a fifth more.
    for _ in 0..(76 * 6 / 5) {
        scene.advance(3600);
        scene.app.do_due().await.expect("done");
        scene.send().await;
    }
    let log = scene.ann.get("/api/notifications?event=nudge.created").await.body;
    let delivery = &log[0]["deliveries"][0];
    assert_eq!(
        (&delivery["state"], &delivery["attempts"], &delivery["reason"]),
        (&json!("failed"), &json!(10), &json!("http_500"))
    );
    assert_eq!((scene.receiver.stand.faults.left(), scene.told().len()), (0, 0));
}

#[tokio::test]
async fn a_receiver_that_is_slow_is_not_waited_for_for_ever() {
    let scene = Scene::new().await;
    scene.receiver.stand.faults.next(Remote::Slow(Duration::from_secs(17)));
    scene.nudge(break_due()).await;
    scene.follow().await;
    assert_eq!(scene.log().await[1], row("waiting", json!("no_answer")));
    scene.wait(1).await;
    assert_eq!((scene.log().await[1].clone(), scene.told().len()), (row("sent", Value::Null), 1));
}

/// Somebody with a channel of each kind, whose store fails at one commit of what follows from a nudge.
async fn disturbed(good: u32, fault: Fault) -> (Scene, bool) {
    let store = FlakyStore::new();
    let app = TestApp::over_with(store.clone(), &[LONG_TOKENS, HERE, PUBLIC_URL]);
    let scene = Scene::on(app).await;
    let mail = mail_channel(&scene.app, &scene.ann).await;
    assert_eq!(scene.ann.patch(&mail, json!({ "events": ["nudges"] })).await.status, 200);
    scene.advance(60);
    scene.nudge(break_due()).await;
    let told = crate::support::events::hints(&crate::support::events::documents(&scene.app, &scene.ann.id).await);
    store.fail_after(good, fault);
    let _ = crate::support::events::deliver(&scene.app, &told).await;
    scene.send().await;
    let came = !store.is_waiting();
    store.heal();
    // Whoever follows is told again, and what is due is found.
    scene.follow().await;
    for _ in 0..12 {
        scene.wait(1).await;
    }
    (scene, came)
}

async fn mail_channel(app: &TestApp, client: &Client) -> String {
    let made = client.post(CHANNELS, json!({ "kind": "email", "address": "ann@example.org" })).await;
    send(app).await;
    let link = app.mailbox.last().link;
    let path = link.strip_prefix("https://avanochi.example").expect("our own address");
    assert_eq!(app.anonymous().post_empty(path).await.status, 200);
    format!("{CHANNELS}/{}", made.text("id"))
}

#[tokio::test]
async fn wherever_the_program_dies_nobody_reads_a_message_twice() {
    let (mut tried, mut unknown) = (0, 0);
    for fault in [Fault::Before, Fault::After] {
        for good in 0.. {
            let (scene, came) = disturbed(good, fault).await;
            if !came {
                break;
            }
            tried += 1;
            let what = format!("{fault:?} commit {good}");
            // A program takes each message once, and this one in any case.
            assert_eq!(scene.told().len(), 1, "{what}");
            let mails = scene.app.mailbox.all().iter().filter(|mail| mail.event == "nudge.created").count();
            let log = scene.ann.get("/api/notifications?event=nudge.created").await.body;
            assert_eq!(log.as_array().map(Vec::len), Some(1), "{what}");
            let states: Vec<(&str, &str)> = log[0]["deliveries"]
                .as_array()
                .expect("deliveries")
                .iter()
                .map(|one| (one["kind"].as_str().expect("a kind"), one["state"].as_str().expect("a state")))
                .collect();
            for (kind, state) in states {
                // A mail of which nobody knows is not sent again, and says so.
                let known = state == "sent" || (kind == "email" && state == "unknown");
                assert!(known, "{what}: {kind} {state}");
                unknown += usize::from(state == "unknown");
                assert!(kind != "email" || mails == 1 || (mails == 0 && state == "unknown"), "{what}: {mails} mails, {state}");
            }
        }
    }
    assert!(tried > 10 && unknown > 0, "{tried} {unknown}");
}

#[tokio::test]
async fn what_may_have_been_read_is_never_sent_again_and_what_was_not_taken_is() {
    let scene = Scene::new().await;
    let mail = mail_channel(&scene.app, &scene.ann).await;
    assert_eq!(scene.ann.delete(&scene.path).await.status, 204);
    assert_eq!(scene.ann.patch(&mail, json!({ "events": ["nudges"] })).await.status, 200);
    scene.advance(60);
    scene.app.mailbox.answers(Outcome::Unknown);
    scene.nudge(break_due()).await;
    scene.follow().await;
    scene.wait(10).await;
    let nudges = || scene.app.mailbox.all().iter().filter(|mail| mail.event == "nudge.created").count();
    assert_eq!((nudges(), scene.log().await.last().cloned()), (1, Some(row("unknown", Value::Null))));
    assert!(scene.ann.get(&mail).await.body["failing_since"].is_string());
    for outcome in [
        Outcome::NotSent { reason: "http_429".into(), after: None },
        Outcome::NotSent { reason: "unreachable".into(), after: None },
    ] {
        scene.app.mailbox.answers(outcome);
    }
    scene.nudge(break_due()).await;
    scene.follow().await;
    scene.wait(3).await;
    assert_eq!((nudges(), scene.log().await.last().cloned()), (2, Some(row("sent", Value::Null))));
    assert_eq!(scene.ann.get(&mail).await.body["failing_since"], Value::Null);
    scene.app.mailbox.answers(Outcome::Refused { reason: "too_large".into() });
    scene.nudge(break_due()).await;
    scene.follow().await;
    scene.wait(3).await;
    assert_eq!((nudges(), scene.log().await.last().cloned()), (2, Some(row("failed", json!("too_large")))));
}

#[tokio::test]
async fn a_message_that_is_lost_is_found_by_what_is_due() {
    let scene = Scene::new().await;
    nudge(&scene.app, &scene.ann, break_due()).await;
    follow(&scene.app, &scene.ann).await;
    // Nobody gets the message: its queue is emptied without looking.
    crate::support::events::drain_of(&scene.app, "notifications", async |_, _| avanochi::jobs::Verdict::Done).await;
    assert_eq!((scene.told().len(), scene.app.due().await), (0, vec![scene.ann.id.clone()]));
    scene.wait(1).await;
    assert_eq!((scene.told().len(), scene.app.due().await.len()), (1, 0));
}
