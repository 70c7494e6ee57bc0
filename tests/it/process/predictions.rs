//! `avanochi predictions`: scores for lines, and what is wrong with the others.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::support::process::Program;

#[test]
fn a_score_for_each_line_and_a_reason_for_those_that_have_none() {
    let folder = tempfile::tempdir().expect("a folder");
    // It needs no settings, not even good ones.
    let program = Program::new(folder.path()).set("AVANOCHI_STORE", "nonsense").args(&["predictions", "score"]);
    let (mut process, mut stdin) = program.start_told();
    let lines = [
        r#"{"h28":44,"h7":46,"A":4,"W":1,"R14":1,"R7":0,"B":0.4,"L":0.2,"energy":3,"days":20}"#,
        "nonsense",
        "[44, 46]",
        r#"{"h28":"many"}"#,
        r#"{"hours":44}"#,
        r#"{"energy":0.5}"#,
        r#"{"h28":44} {}"#,
        "",
        r#"{"h28":null,"days":3}"#,
        r#"{"h28":41,"h7":41,"A":3,"W":0,"R14":4,"R7":3,"B":0.2,"L":0,"energy":3.5,"days":28}"#,
    ];
    writeln!(stdin, "{}", lines.join("\n")).expect("a reader");
    drop(stdin);
    assert_eq!(process.wait().code(), Some(1));
    let said: Vec<Value> = process.stdout.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let short = |risk: &Value| ["score", "raw", "floor", "confidence"].map(|member| risk[member].clone());
    assert_eq!(
        said.iter().map(short).collect::<Vec<_>>(),
        [
            [json!(26), json!(26.08), json!(0), json!(1.0)],
            [json!(null), json!(null), json!(0), json!(0.0)],
            [json!(50), json!(16.17), json!(50), json!(1.0)],
        ]
    );
    let factor = json!({ "id": "hours", "value": 45.0, "points": 8.33 });
    assert_eq!((&said[0]["factors"][0], said[0]["factors"].as_array().map(Vec::len)), (&factor, Some(8)));
    let errors = process.stderr.text();
    let starts = [
        "line 2: not an object",
        "line 3: not an object",
        "line 4: h28:",
        "line 5:",
        "line 6: energy: must be from 1 to 5",
        "line 7:",
    ];
    assert_eq!(errors.lines().count(), starts.len(), "{errors}");
    for (line, start) in errors.lines().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(errors.contains("unknown field `hours`"), "{errors}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "it leaves nothing behind");
}
