//! How long a stream of changes goes on, and how many a user has.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use crate::{changes::Events, support::TestApp};

/// Reads on until the event `end`; how often the client is asked to come again, in milliseconds.
async fn end(events: &mut Events) -> Option<String> {
    while let Some(event) = events.next_text().await {
        if event.contains("event: end\n") {
            assert!(event.contains("id: "), "{event}");
            assert_eq!(events.next().await, None);
            return event.lines().find_map(|line| line.strip_prefix("retry: ").map(str::to_owned));
        }
    }
    None
}

#[tokio::test]
async fn a_stream_goes_on_while_nothing_happens() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut events = Events::of(&app, &ann, None).await;
    assert_eq!(events.next().await.expect("the first").0, "changes");
    for title in ["one", "two", "three"] {
        assert_eq!(events.next_text().now_or_never(), None);
        ann.create_task(title).await;
        assert_eq!(events.next().await.expect("a change").0, "changes");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let app = TestApp::with(&[("JWT_EXP_MINUTES", "1")]);
    let ann = app.user("ann").await;
    app.advance_seconds(30);
    let later = app.login("ann").await;
    let (mut first, mut second) = (Events::of(&app, &ann, None).await, Events::of(&app, &later, None).await);
    for events in [&mut first, &mut second] {
        assert_eq!(events.next().await.expect("the first").0, "changes");
    }
    app.advance_seconds(31);
    // What happens then is told to the one whose token is still good, and to nobody else.
    assert_eq!(later.create_task("after").await.status, 201);
    assert_eq!(second.next().await.expect("the change").0, "changes");
    assert_eq!(first.next().await.map(|(name, ..)| name).as_deref(), Some("end"));
    app.advance_seconds(30);
    // Nothing happens any more, and it ends all the same, long before its time is up.
    let began = Instant::now();
    assert_eq!(end(&mut second).await.as_deref(), Some("1000"));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_oldest_of_too_many_streams_of_one_user_ends() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let mut of_bob = Events::of(&app, &bob, None).await;
    assert_eq!(of_bob.next().await.expect("the first").0, "changes");
    let mut open = Vec::new();
    for _ in 0..10 {
        let mut events = Events::of(&app, &ann, None).await;
        assert_eq!(events.next().await.expect("the first").0, "changes");
        open.push(events);
    }
    for events in &mut open[..2] {
        // Not at once, or else it would take the place of the next.
        assert_eq!(end(events).await.as_deref(), Some("60000"));
    }
    ann.create_task("one").await;
    for events in &mut open[2..] {
        assert_eq!(events.next().await.expect("a change").0, "changes");
    }
    bob.create_task("one").await;
    assert_eq!(of_bob.next().await.expect("a change").0, "changes");
}
