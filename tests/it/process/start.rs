//! Starting, and refusing to.

use std::net::TcpListener;

use crate::support::process::Program;

#[test]
fn no_setting_is_needed_and_a_few_lines_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    let url = format!("http://{}", process.address);
    process.stdout.wait_for(|line| line.contains("Ctrl-C").then_some(())).expect("how to stop it");
    let banner = process.stdout.text();
    assert!(banner.lines().count() <= 6, "{banner}");
    assert!(banner.starts_with(&format!("Avanochi {} listens on {url}, ", env!("CARGO_PKG_VERSION"))), "{banner}");
    assert!(banner.contains("./.avanochi"), "{banner}");
    // What it says to try is what a reader tries.
    let tried = banner.lines().find_map(|line| line.split_once("curl ")).expect("something to try").1;
    let health = process.http().get(tried.strip_prefix(&url).expect("our address"));
    assert_eq!((health.status, health.body["status"].as_str()), (200, Some("ok")), "{health:?}");
    assert_eq!(process.http().get("/api/docs/").status, 200);
    assert!(folder.path().join(".avanochi/avanochi.db").is_file());
    process.stop();
    assert_eq!(process.stderr.text(), "");
}

#[test]
fn under_the_functions_host_every_line_is_an_event_of_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).set("FUNCTIONS_CUSTOMHANDLER_PORT", "0").set("AVANOCHI_HOST", "::1").start();
    assert!(process.address.ip().is_ipv4() && process.address.ip().is_loopback(), "{}", process.address);
    assert_eq!(process.http().get("/").status, 200);
    assert_eq!(process.http().get("/api/health").status, 200);
    process.stop();
    for line in process.stdout.text().lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(event["level"].is_string() && event["message"].is_string(), "{line}");
    }
    assert_eq!(process.stderr.text(), "");
}

#[test]
fn the_environment_wins_over_the_file_and_the_flag_over_both() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(".env"), "AVANOCHI_DATA=from_file\nAVANOCHI_PORT=sevenzero\n").expect("written");
    drop(Program::new(folder.path()).start());
    assert!(folder.path().join("from_file/avanochi.db").is_file());
    drop(Program::new(folder.path()).set("AVANOCHI_DATA", "from_environment").start());
    assert!(folder.path().join("from_environment/avanochi.db").is_file());
    drop(Program::new(folder.path()).set("AVANOCHI_DATA", "from_environment").args(&["--data", "from/flag", "serve"]).start());
    assert!(folder.path().join("from/flag/avanochi.db").is_file());
}

#[test]
fn a_second_process_is_kept_out_of_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Program::new(folder.path()).start();
    let second = Program::new(folder.path()).run();
    second.assert_failed(1, &["./.avanochi", "in use by another avanochi", "--data"]);
    assert_eq!(first.http().register("ann").status, 201);
    first.kill();
    // However the first one ended, the folder is free then.
    assert_eq!(Program::new(folder.path()).start().http().register("ann").status, 409);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let port = address.port().to_string();
    for program in [
        Program::new(folder.path()).args(&["--port", &port]),
        Program::new(folder.path()).set("FUNCTIONS_CUSTOMHANDLER_PORT", &port),
    ] {
        program.run().assert_failed(1, &["cannot listen on", &address.to_string(), "in use"]);
    }
}

#[test]
fn a_wrong_setting_is_named_and_its_value_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = [
        "AVANOCHI_HOST",
        "AVANOCHI_LOG",
        "AVANOCHI_PORT",
        "AVANOCHI_STORE",
        "ADMIN_USER_IDS",
        "CORS_ALLOWED_ORIGINS",
        "JWT_EXP_MINUTES",
    ];
    let value = "hunter=two=*";
    let program = wrong.iter().fold(Program::new(folder.path()), |program, name| program.set(name, value));
    let finished = program.run();
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
    let mut named: Vec<&str> = finished.stderr.lines().filter_map(|line| line.split(':').next()).collect();
    named.sort_unstable();
    let mut expected = wrong;
    expected.sort_unstable();
    assert_eq!(named, expected, "{finished:?}");
    assert!(!finished.stderr.contains("hunter"), "{finished:?}");

    Program::new(folder.path())
        .set("FUNCTIONS_CUSTOMHANDLER_PORT", value)
        .run()
        .assert_failed(2, &["FUNCTIONS_CUSTOMHANDLER_PORT: "]);
    Program::new(folder.path()).args(&["--port", "99999"]).run().assert_failed(2, &["AVANOCHI_PORT: "]);
    let azure =
        Program::new(folder.path()).set("WEBSITE_INSTANCE_ID", "x").set("AVANOCHI_STORE", "embedded").set("JWT_SECRET", "hunter");
    azure.run().assert_failed(2, &["JWT_SECRET: "]);
    for secret in ["JWT_SECRET", "JWT_SECRET_PREVIOUS"] {
        Program::new(folder.path()).set(secret, "hunter").run().assert_failed(2, &[secret, ": ", "32 bytes"]);
    }
    std::fs::write(folder.path().join(".env"), "JWT_SECRET=hunter two\n").expect("written");
    Program::new(folder.path()).run().assert_failed(2, &[".env: entry 1 "]);
    assert!(!folder.path().join(".avanochi").exists(), "something was made all the same");
}

#[test]
fn an_unknown_flag_or_command_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [&["--prot", "7071"][..], &["sevre"], &["--port"], &["backup"], &["restore", "a", "b"]] {
        let finished = Program::new(folder.path()).args(args).run();
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
        assert!(finished.stderr.contains("Usage") || finished.stderr.contains("--help"), "{finished:?}");
    }
    assert!(!folder.path().join(".avanochi").exists(), "something was made all the same");
    for args in [["--help"], ["--version"]] {
        assert_eq!(Program::new(folder.path()).args(&args).run().code, Some(0));
    }
}

#[test]
fn the_token_secret_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Program::new(folder.path()).start();
    let ann = first.http().user("ann");
    first.stop();
    let second = Program::new(folder.path()).start();
    let me = ann.moved_to(second.address).get("/api/auth/me");
    assert_eq!((me.status, me.text("id")), (200, ann.id.clone()), "{me:?}");
    // Another folder has another secret.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Program::new(elsewhere.path()).start();
    ann.moved_to(other.address).get("/api/auth/me").assert_error(401, "unauthorized");
}
