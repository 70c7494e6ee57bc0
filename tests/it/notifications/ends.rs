//! How a channel ends: what its receiver says, what fails for days, what cannot be read any more; and how its owner learns of it.

use sandbox::{Fault as Remote, Reply};
use serde_json::{Value, json};

use super::break_due;
use crate::{
    channels::{CHANNELS, HERE, Scene, send},
    support::{LONG_TOKENS, TestApp},
};

impl Scene {
    /// A second channel to the same program, which is told of nothing but what needs attention.
    async fn another(&self) -> String {
        let made = self
            .ann
            .post(CHANNELS, json!({ "kind": "webhook", "url": format!("{}?2", self.receiver.url), "events": ["sync"] }))
            .await;
        self.receiver.state.trusts(&made.text("secret"));
        self.send().await;
        self.advance(60);
        format!("{CHANNELS}/{}", made.text("id"))
    }
}

#[tokio::test]
async fn a_receiver_that_says_it_is_gone_is_switched_off_at_once_and_another_channel_says_so() {
    let scene = Scene::new().await;
    let other = scene.another().await;
    scene.receiver.stand.faults.next(Remote::Instead(Reply::status(410)));
    scene.nudge(break_due()).await;
    scene.follow().await;
    let channel = scene.channel().await;
    let text = "There is nobody at this address any more, as it says itself.";
    let problem = json!({ "code": "gone", "key": "channel_gone", "text": text });
    assert_eq!((&channel["enabled"], &channel["problem"]), (&json!(false), &problem));
    let acted = scene.receiver.state.acted_on();
    let last = &acted.last().expect("a notice").body;
    assert_eq!(
        (&last["type"], &last["data"]["channel_id"], &last["data"]["problem"]),
        (&json!("sync.attention"), &json!(scene.id), &json!("gone"))
    );
    assert_eq!(last["data"]["text"], format!("Avanochi no longer sends to 127.0.0.1. {text}"));
    assert_eq!(scene.ann.nudges().await.iter().filter(|kind| *kind == "channel_off").count(), 0);
    // What happens from now on is not sent there, and its owner sees that.
    scene.advance(60);
    scene.nudge(break_due()).await;
    scene.follow().await;
    let log = scene.ann.get("/api/notifications?event=nudge.created").await.body;
    assert_eq!((&log[1]["deliveries"][0]["state"], &log[1]["deliveries"][0]["reason"]), (&json!("skipped"), &json!("off")));
    assert_eq!(scene.ann.get(&other).await.body["enabled"], true);
    // A test that works switches it on again.
    assert_eq!(scene.ann.post_empty(&format!("{}/test", scene.path)).await.status, 202);
    scene.send().await;
    let channel = scene.channel().await;
    assert_eq!((&channel["enabled"], &channel["problem"], &channel["failing_since"]), (&json!(true), &Value::Null, &Value::Null));
}

#[tokio::test]
async fn five_days_of_failing_switch_a_channel_off_whether_or_not_there_is_more_to_send() {
    let scene = Scene::new().await;
    for _ in 0..40 {
        scene.receiver.stand.faults.next(Remote::Instead(Reply::status(500)));
    }
    scene.nudge(break_due()).await;
    scene.follow().await;
    let since = scene.channel().await["failing_since"].clone();
    assert_eq!(since, "2026-01-14T10:01:00.000000Z");
    for hours in 1..=5 * 24 {
        assert_eq!(scene.channel().await["enabled"], true, "{hours}");
        scene.advance(3600);
        scene.app.do_due().await.expect("done");
        scene.send().await;
    }
    let channel = scene.channel().await;
    assert_eq!(
        (&channel["enabled"], &channel["problem"]["code"], &channel["failing_since"]),
        (&json!(false), &json!("failing"), &since)
    );
    // There is no other channel: the page says so, once.
    let nudges = scene.ann.get("/api/nudges").await.body;
    let off: Vec<&Value> = nudges.as_array().expect("a list").iter().filter(|nudge| nudge["kind"] == "channel_off").collect();
    assert_eq!(off.len(), 1, "{nudges}");
    assert_eq!(off[0]["evidence"], json!({ "channel_id": scene.id, "name": "127.0.0.1" }));
    scene.app.do_due().await.expect("done");
    scene.send().await;
    assert!(scene.app.due().await.is_empty());
    // The person switches it on again.
    let on = scene.ann.patch(&scene.path, json!({ "enabled": true })).await.body;
    assert_eq!((&on["enabled"], &on["problem"], &on["failing_since"]), (&json!(true), &Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_channel_whose_key_is_lost_is_off_and_says_why_and_the_program_goes_on() {
    let first = TestApp::with(&[LONG_TOKENS, HERE, ("JWT_SECRET", "one secret of the tests that is long enough")]);
    let scene = Scene::on(first).await;
    scene.nudge(break_due()).await;
    // What seals follows from that secret.
    let settings = [
        LONG_TOKENS,
        HERE,
        ("JWT_SECRET", "two secrets of the tests that are long enough"),
        ("JWT_SECRET_PREVIOUS", "one secret of the tests that is long enough"),
    ];
    let later = scene.app.another(&settings);
    let ann = scene.ann.through(&later);
    crate::channels::follow(&later, &ann).await;
    send(&later).await;
    let channel = ann.get(&scene.path).await.body;
    assert_eq!((&channel["enabled"], &channel["problem"]["code"]), (&json!(false), &json!("secret_lost")));
    ann.post_empty(&format!("{}/secret", scene.path)).await.assert_error(503, "not_configured");
    let again = ann.post(CHANNELS, json!({ "kind": "webhook", "url": scene.receiver.url })).await;
    assert_eq!(again.status, 201, "{again:?}");
}
