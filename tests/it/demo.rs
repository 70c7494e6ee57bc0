//! The person to look around with.

use std::sync::Arc;

use avanochi::{
    app::Adapters,
    config::{Config, Overrides, Source},
    demo,
    migration::verify::Mode,
};

use crate::{
    import::check,
    support::{TestApp, time},
};

#[tokio::test]
async fn three_weeks_are_lively_and_counted_right() {
    let app = TestApp::new();
    let config = Config::load(&Source::of(&[]), &Overrides::default()).expect("good settings");
    let until = time("2026-01-14T15:20:00Z");
    let adapters = || Adapters::over(Arc::clone(&app.store), app.clock.clone(), "a secret that is long enough for it".into());
    demo::fill(&config, adapters(), until, 21).await.expect("a person");
    app.clock.set(until);

    let login = app.anonymous().log_in(demo::USERNAME, demo::PASSWORD).await;
    let person = app.anonymous().with_token(&login.text("token"), &login.text("user_id"));
    let active = person.get(&format!("/api/work_sessions/active?user_id={}", person.id)).await;
    assert!(active.body["id"].is_string(), "the afternoon's session is under way: {active:?}");
    let progress = person.get("/api/progress").await;
    assert!(progress.body["level"].as_u64() > Some(3), "{progress:?}");
    let stats = person.get(&format!("/api/stats/{}", person.id)).await;
    assert!(stats.body["completed_tasks"].as_u64() > Some(30) && stats.body["total_hours"].as_f64() > Some(60.0), "{stats:?}");
    let (verified, told) = check(&app, Mode::Report).await;
    assert_eq!((verified.left, told), (0, Vec::<String>::new()));

    // Somebody is there by now.
    assert!(demo::fill(&config, adapters(), until, 21).await.is_err());
}
