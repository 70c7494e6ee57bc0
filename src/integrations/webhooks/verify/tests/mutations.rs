//! Every sender that signs, and every way in which its request can be spoilt.

use super::{
    super::Reason,
    NOW, Sent,
    samples::{self, Sample, Time},
};

/// The request comes to the same as its sample says, in words for a failure.
#[track_caller]
fn assert_refused(sample: &Sample, sent: &Sent, reason: Reason, what: &str) {
    assert_eq!(sent.outcome(sample.preset, &sample.right(), NOW), Err(reason), "{}: {what}", sample.preset.name);
}

#[test]
fn each_is_accepted_by_the_key_that_signed_it() {
    let samples = samples::all();
    assert_eq!(samples.len(), 21);
    for sample in samples {
        // The last of the keys is the right one.
        let config = sample.right();
        let last = config.secrets.iter().chain(config.public_keys.iter()).last().map(|(index, _)| index);
        assert!(last.is_some());
        assert_eq!(sample.sent.outcome(sample.preset, &config, NOW), Ok(last), "{}", sample.preset.name);
        let wrong = sample.sent.outcome(sample.preset, &sample.wrong(), NOW);
        assert_eq!(wrong, Err(Reason::SignatureMismatch), "{}", sample.preset.name);
    }
}

#[test]
fn v1_the_bytes_of_the_body_count_and_nothing_is_parsed_before() {
    for sample in samples::all() {
        let body = &sample.sent.body;
        let changed: [(&str, Vec<u8>); 6] = [
            ("the first byte", [b"!", &body[1..]].concat()),
            ("the last byte", [&body[..body.len() - 1], b"!"].concat()),
            ("a line end", [&body[..], b"\n"].concat()),
            ("a byte order mark", [b"\xef\xbb\xbf", &body[..]].concat()),
            ("a blank", String::from_utf8_lossy(body).replacen(':', ": ", 1).into_bytes()),
            ("no JSON, no UTF-8", b"\xff".to_vec()),
        ];
        for (what, body) in changed {
            assert_refused(&sample, &Sent { body, ..sample.sent.clone() }, Reason::SignatureMismatch, what);
        }
        assert_refused(&sample, &Sent { body: Vec::new(), ..sample.sent.clone() }, Reason::EmptyBody, "no body");
    }
}

/// How a header is spoilt.
type Change = fn(&str) -> String;

#[test]
fn v2_a_signature_has_one_spelling() {
    for sample in samples::all() {
        let spoilt: [(&str, Change); 7] = [
            ("cut", |value| value[..value.len() - 1].to_owned()),
            ("cut by a pair", |value| value[..value.len() - 2].to_owned()),
            ("longer", |value| format!("{value}0")),
            ("a blank before", |value| format!(" {value}")),
            ("a blank after", |value| format!("{value} ")),
            ("nothing", |_| String::new()),
            ("unpadded or not hexadecimal", |value| {
                if value.ends_with('=') {
                    value.trim_end_matches('=').to_owned()
                } else {
                    format!("{}g", &value[..value.len() - 1])
                }
            }),
        ];
        for (what, change) in spoilt {
            assert_refused(&sample, &sample.sent.changed(sample.signature, change), Reason::MalformedSignature, what);
        }
        let value = sample.sent.value(sample.signature);
        let start = value.trim_end_matches('=').rfind(['=', ',', ' ']).map_or(0, |separator| separator + 1);
        let (prefix, digits) = value.split_at(start);
        let spoilt = |value: &str, what: &str| {
            let sent = sample.sent.changed(sample.signature, |_| value.to_owned());
            assert_refused(&sample, &sent, Reason::MalformedSignature, what);
        };
        if digits.bytes().all(|c| c.is_ascii_hexdigit()) {
            let lower = digits.to_lowercase();
            let other_case = if digits == lower { digits.to_uppercase() } else { lower };
            spoilt(&format!("{prefix}{other_case}"), "the other case");
        }
        if !prefix.is_empty() {
            spoilt(digits, "no prefix");
            spoilt(&format!("{prefix} {digits}"), "a blank within");
        }
        if prefix != prefix.to_uppercase() {
            spoilt(&format!("{}{digits}", prefix.to_uppercase()), "a prefix in upper case");
        }
    }
}

#[test]
fn v3_a_header_that_counts_is_there_once_in_any_case() {
    for sample in samples::all() {
        let mut counts = vec![sample.signature];
        counts.extend(sample.others);
        if let Time::Header(name) = sample.time {
            counts.push(name);
        }
        for name in counts {
            assert_refused(&sample, &sample.sent.clone().without(name), Reason::MissingHeader, name);
            let again = sample.sent.value(name);
            for value in [&again, "0"] {
                let twice = sample.sent.clone().with(&name.to_lowercase(), value);
                assert_refused(&sample, &twice, Reason::DuplicateHeader, name);
            }
            let mut first = sample.sent.clone();
            first.headers.insert(0, (name.to_uppercase(), b"0".to_vec()));
            assert_refused(&sample, &first, Reason::DuplicateHeader, name);
            let renamed = sample.sent.clone().without(name).with(&name.to_uppercase(), &again);
            assert!(renamed.outcome(sample.preset, &sample.right(), NOW).is_ok(), "{}: {name}", sample.preset.name);
        }
    }
}

#[test]
fn v6_the_time_is_near_on_both_sides_and_signed() {
    let mut timed = 0;
    for sample in samples::all() {
        let at = |now: i64| sample.sent.outcome(sample.preset, &sample.right(), now);
        if sample.time == Time::None {
            assert!(at(NOW * 2).is_ok(), "{}", sample.preset.name);
            continue;
        }
        timed += 1;
        for (offset, expected) in [
            (sample.tolerance, Ok(())),
            (-sample.tolerance, Ok(())),
            (sample.tolerance + 1, Err(Reason::TimestampStale)),
            (-sample.tolerance - 1, Err(Reason::TimestampFuture)),
        ] {
            assert_eq!(at(NOW + offset).map(|_| ()), expected, "{}: {offset}", sample.preset.name);
        }
        let narrower = super::Config { tolerance: Some(std::time::Duration::from_secs(5)), ..sample.right() };
        assert_eq!(sample.sent.outcome(sample.preset, &narrower, NOW + 6), Err(Reason::TimestampStale));
        if let Time::Header(name) = sample.time {
            for text in
                ["", "+1700000000", "1700000000.0", " 1700000000", "1700000000 ", "-1", "0x65", "99999999999999999999", "١"]
            {
                assert_refused(&sample, &sample.sent.changed(name, |_| text.to_owned()), Reason::MalformedTimestamp, text);
            }
            let moved = sample.sent.changed(name, |_| (NOW + 1).to_string());
            assert_refused(&sample, &moved, Reason::SignatureMismatch, "another time");
        }
    }
    assert_eq!(timed, 10);
}

#[test]
fn what_is_wrong_first_is_said_first() {
    for sample in samples::all() {
        let mut sent = sample.sent.changed(sample.signature, |_| "?".to_owned());
        sent.body.clear();
        if let Time::Header(name) = sample.time {
            let stale = sent.changed(name, |_| "1".to_owned());
            assert_refused(&sample, &stale, Reason::TimestampStale, "the time before the signature");
            assert_refused(&sample, &stale.without(sample.signature), Reason::MissingHeader, "headers before the time");
        }
        assert_refused(&sample, &sent, Reason::MalformedSignature, "the spelling before the body");
    }
}
