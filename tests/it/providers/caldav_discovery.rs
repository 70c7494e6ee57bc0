//! The way to a calendar from the address that a person gives.

use avanochi::outbound::providers::{Failure, KnownAs, Provider as _};
use sandbox::{
    Fault, Reply, When,
    caldav::{PASSWORD, TASKS, USERNAME},
};

use super::caldav::{provider, pulled, server, todo, with, words};

#[tokio::test]
async fn the_calendar_is_found_from_each_address() {
    let server = server().await;
    server.state.put("a.ics", &todo("a", "SUMMARY:A\r\n"));
    for path in ["", "/dav", "/dav/", "/dav/principals/me/", "/dav/calendars/me/tasks", TASKS, "/.well-known/caldav"] {
        let provider = with(&server, path, None, PASSWORD);
        assert_eq!(words(&pulled(&provider, None).await), ["a.ics A"], "{path}");
        let lists = provider.lists().await.expect("lists");
        assert_eq!(
            lists.iter().map(|list| (&*list.id, &*list.name)).collect::<Vec<_>>(),
            [(&*format!("{}{TASKS}", server.url), "Tasks")]
        );
        let by_id = with(&server, path, Some(&lists[0].id), PASSWORD);
        assert_eq!(words(&pulled(&by_id, None).await), ["a.ics A"], "{path}");
    }
    assert_eq!(provider(&server).account().await, Ok(KnownAs::named(Some(USERNAME.to_owned()))));
}

#[tokio::test]
async fn of_several_calendars_one_must_be_chosen() {
    let server = server().await;
    let other = server.state.add_calendar("other", "Other", "VTODO");
    assert_eq!(with(&server, "/dav/", None, PASSWORD).pull(None).await, Err(Failure::ChooseList));
    assert_eq!(with(&server, "/dav/", Some("Nothing"), PASSWORD).pull(None).await, Err(Failure::NotFound));
    assert_eq!(with(&server, "/dav/", Some("Events"), PASSWORD).pull(None).await, Err(Failure::NotFound));
    for list in ["Other", &*other] {
        assert!(with(&server, "/dav/", Some(list), PASSWORD).pull(None).await.is_ok(), "{list}");
    }
    server.state.add_calendar("more", "Other", "VTODO");
    assert_eq!(with(&server, "/dav/", Some("Other"), PASSWORD).pull(None).await, Err(Failure::ChooseList));
    for path in [TASKS, &*other] {
        server.state.remove_calendar(path);
        assert_eq!(with(&server, "/", Some(path), PASSWORD).pull(None).await, Err(Failure::NotFound));
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_forbidden_look_are_refused_credentials() {
    let server = server().await;
    assert_eq!(with(&server, "/dav/", None, "wrong").pull(None).await, Err(Failure::Unauthorized));
    assert_eq!(with(&server, "/", Some(TASKS), "wrong").pull(None).await, Err(Failure::Unauthorized));
    server.stand.faults.next(Fault::Instead(Reply::status(403)));
    assert_eq!(provider(&server).pull(None).await, Err(Failure::Unauthorized));
}

#[tokio::test]
async fn the_way_to_the_calendar_leads_to_no_other_host() {
    let server = server().await;
    let redirect =
        |to: &str| Fault::Instead(Reply { status: 302, headers: vec![("location", to.to_owned())], body: String::new() });
    let redirected = with(&server, "/start", None, PASSWORD);
    server.stand.faults.on(When::method("PROPFIND").path("/start"), redirect("/again"));
    server.stand.faults.on(When::method("PROPFIND").path("/again"), redirect("/dav/"));
    assert!(redirected.pull(None).await.is_ok());
    for to in ["http://localhost:1/", "https://example.com/dav/", "ftp://127.0.0.1/"] {
        server.stand.faults.on(When::method("PROPFIND").path("/.well-known"), redirect(to));
        assert_eq!(with(&server, "/start", None, PASSWORD).pull(None).await, Err(Failure::Rejected(302)), "{to}");
    }
    for _ in 0..4 {
        server.stand.faults.on(When::method("PROPFIND").path("/.well-known"), redirect("/.well-known/caldav"));
    }
    assert_eq!(with(&server, "/start", None, PASSWORD).pull(None).await, Err(Failure::Rejected(302)));
    // Elsewhere than on the way nothing is followed.
    server.stand.faults.on(When::method("GET"), redirect("/dav/"));
    assert_eq!(provider(&server).fetch("a.ics").await, Err(Failure::Rejected(302)));
}
