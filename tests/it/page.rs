//! The page for people, as it is served.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::support::{Answer, TestApp};

/// Where the page is, with the address of the API as it has it.
const FOLDERS: [(&str, &str); 2] = [("/app/", "../api/"), ("/api/app/", "../")];

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.to_vec()).expect("text")
}

/// The version under which the page asks for its files.
fn version(page: &Answer) -> String {
    let text = text(page);
    let (_, after) = text.split_once("src=\"./").expect("a script");
    after.split('/').next().expect("a version").to_owned()
}

#[tokio::test]
async fn the_page_is_served_from_two_folders_with_the_address_of_the_api() {
    let app = TestApp::new();
    for (folder, api) in FOLDERS {
        let page = app.anonymous().get(folder).await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{folder}");
        assert_eq!((page.header("cache-control"), page.header("vary")), (Some("no-cache"), Some("accept-encoding")));
        assert!(text(&page).contains(&format!("<meta name=\"api\" content=\"{api}\">")), "{folder}");
        assert!(!text(&page).contains("__VERSION__"));
        // Behind a prefix of the path every address is another one.
        assert!(!text(&page).contains("=\"/"), "{folder}");
        let script = app.anonymous().get(&format!("{folder}{}/js/main.js", version(&page))).await;
        assert_eq!((script.status, script.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
        assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let worker = app.anonymous().get(&format!("{folder}sw.js")).await;
        assert_eq!((worker.status, worker.header("cache-control")), (200, Some("no-cache")));
        assert!(text(&worker).contains(&version(&page)), "a new version is a new worker");
    }
}

#[tokio::test]
async fn addresses_without_the_slash_lead_to_the_folder() {
    let app = TestApp::new();
    for (address, to) in [("/", "app/"), ("/app", "app/"), ("/api/app", "app/")] {
        let answer = app.anonymous().get(address).await;
        assert_eq!((answer.status, answer.header("location")), (307, Some(to)), "{address}");
    }
}

#[tokio::test]
async fn scripts_and_styles_come_from_this_service_alone() {
    let app = TestApp::new();
    let page = app.anonymous().get("/app/").await;
    let script = app.anonymous().get(&format!("/app/{}/js/main.js", version(&page))).await;
    for answer in [page, script] {
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none';") && policy.contains("require-trusted-types-for 'script'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
    }
}

#[tokio::test]
async fn who_has_a_file_is_spared_it_and_who_reads_gzip_gets_that() {
    let app = TestApp::new();
    let plain = app.anonymous().get("/app/").await;
    let address = format!("/app/{}/js/main.js", version(&plain));
    for address in ["/app/", &address] {
        let plain = app.anonymous().get(address).await;
        assert_eq!(plain.header("content-encoding"), None);
        let zipped = app.anonymous().with_header("accept-encoding", "br, gzip").get(address).await;
        assert_eq!(zipped.header("content-encoding"), Some("gzip"), "{address}");
        let mut unzipped = String::new();
        GzDecoder::new(&zipped.bytes[..]).read_to_string(&mut unzipped).expect("gzip");
        assert!(unzipped == text(&plain) && zipped.bytes.len() < plain.bytes.len());
        let (tag, other) = (plain.header("etag").expect("a tag"), zipped.header("etag").expect("a tag"));
        assert_ne!(tag, other, "they are two texts");
        let again = app.anonymous().with_header("if-none-match", tag).get(address).await;
        assert_eq!((again.status, text(&again).as_str(), again.header("etag")), (304, "", Some(tag)));
        assert!(again.header("content-security-policy").is_some());
        assert_eq!(app.anonymous().with_header("if-none-match", other).get(address).await.status, 200);
        let head = app.anonymous().send("HEAD", address, None).await;
        assert_eq!((head.status, text(&head).as_str(), head.header("etag")), (200, "", Some(tag)));
    }
}

#[tokio::test]
async fn what_the_page_does_not_have_is_404_and_is_not_kept() {
    let app = TestApp::new();
    let version = version(&app.anonymous().get("/app/").await);
    let elsewhere = [
        "/app/000000000000/js/main.js".to_owned(),
        format!("/app/{version}/js/nothing.js"),
        format!("/app/{version}/test/package.json"),
        format!("/app/{version}/../Cargo.toml"),
        format!("/app/{version}/%2e%2e/Cargo.toml"),
        "/app/nothing".to_owned(),
    ];
    for address in elsewhere {
        let answer = app.anonymous().get(&address).await;
        assert_eq!((answer.status, answer.header("cache-control")), (404, Some("no-store")), "{address}");
    }
    assert_eq!(app.anonymous().post_empty("/app/").await.status, 405);
}
