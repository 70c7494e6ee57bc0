//! What holds for every drawing.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::*;
use crate::kernel::text::hex;

/// Every one that can be told from the others, of one seed.
fn all() -> Vec<Looks> {
    let mut all = Vec::new();
    for stage in Stage::ALL {
        for form in sheet::forms(*stage) {
            all.extend(Mood::ALL.iter().map(|mood| looks(*stage, *form, *mood)));
        }
    }
    assert_eq!(all.len(), (3 + 3 * 5) * 9);
    all
}

fn looks(stage: Stage, form: Form, mood: Mood) -> Looks {
    Looks { stage, form, mood, palette: None, seed: Seed::default() }
}

fn plain(looks: Looks) -> String {
    looks.draw("Avanochi", 240, Motion::Still)
}

/// An element: its name, its attributes and how many elements it is within.
struct Element<'s> {
    name: &'s str,
    attributes: Vec<(&'s str, &'s str)>,
    depth: usize,
}

impl Element<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    fn number(&self, name: &str) -> f64 {
        self.get(name).map_or(0.0, |value| value.parse().unwrap_or_else(|_| panic!("{name} of {} is {value}", self.name)))
    }
}

/// The elements in their order. Fails where the text is not well-formed XML: each tag is closed in its order, attributes are
/// quoted and come once, and text holds nothing that would have to be escaped.
#[track_caller]
fn elements(svg: &str) -> Vec<Element<'_>> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for part in svg.strip_prefix('<').expect("an element").split('<') {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("a tag does not end: {part}"));
        assert!(!text.contains(['&', '>']) && (!open.is_empty() || text.trim().is_empty() || !tag.ends_with('/')), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{part}");
            continue;
        }
        let inner = tag.strip_suffix('/').unwrap_or(tag);
        let (name, mut rest) = inner.split_once(' ').unwrap_or((inner, ""));
        let mut attributes: Vec<(&str, &str)> = Vec::new();
        while !rest.is_empty() {
            let (own, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{tag}"));
            let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("{tag}"));
            assert!(
                own.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !attributes.iter().any(|(name, _)| *name == own)
            );
            attributes.push((own, value));
            rest = after.strip_prefix(' ').unwrap_or(after);
        }
        found.push(Element { name, attributes, depth: open.len() });
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty() && svg.ends_with("</svg>\n"), "{open:?}");
    found
}

/// `[a, b, c, d, e, f]` as SVG has it.
type Matrix = [f64; 6];

fn times(outer: Matrix, inner: Matrix) -> Matrix {
    let turned = |x: f64, y: f64| (outer[0] * x + outer[2] * y, outer[1] * x + outer[3] * y);
    let (first, second) = (turned(inner[0], inner[1]), turned(inner[2], inner[3]));
    let moved = moved(outer, (inner[4], inner[5]));
    [first.0, first.1, second.0, second.1, moved.0, moved.1]
}

fn moved(matrix: Matrix, (x, y): (f64, f64)) -> (f64, f64) {
    (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
}

fn matrix(transform: &str) -> Matrix {
    let one = |(name, numbers): (&str, &str)| {
        let numbers: Vec<f64> = numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
        match (name, numbers.as_slice()) {
            ("translate", [x, y]) => [1.0, 0.0, 0.0, 1.0, *x, *y],
            ("rotate", [degrees]) => {
                let (sin, cos) = degrees.to_radians().sin_cos();
                [cos, sin, -sin, cos, 0.0, 0.0]
            }
            ("scale", [both]) => [*both, 0.0, 0.0, *both, 0.0, 0.0],
            ("scale", [x, y]) => [*x, 0.0, 0.0, *y, 0.0, 0.0],
            other => panic!("{other:?}"),
        }
    };
    let parts = transform.split_terminator(')').map(|part| part.trim().split_once('(').expect("a transform"));
    parts.map(one).fold([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], times)
}

/// The points of an outline, with those that pull at its curves: it lies within them.
fn points(outline: &str) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    let mut at = (0.0, 0.0);
    let mut rest = outline;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |index| index + 1);
        let numbers: Vec<f64> =
            rest[1..end].split([' ', ',']).filter(|n| !n.is_empty()).map(|number| number.parse().expect("a number")).collect();
        match (command, numbers.as_slice()) {
            ('Z', []) => {}
            ('H', [x]) => at.0 = *x,
            ('V', [y]) => at.1 = *y,
            ('l', [x, y]) => at = (at.0 + x, at.1 + y),
            // The ends; an eye's own edges are less than its radii away.
            ('A', [rx, ry, _, _, _, x, y]) => {
                found.extend([(x - rx, y - 2.0 * ry), (*x, y + 2.0 * ry)]);
                at = (*x, *y);
            }
            ('M' | 'L' | 'C' | 'Q', numbers) => {
                // More pairs than the letter needs continue it.
                let pairs = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                assert!(numbers.len() >= 2 && numbers.len().is_multiple_of(2), "{outline}");
                found.extend(pairs);
                at = found.last().copied().expect("a point");
            }
            other => panic!("{other:?} in {outline}"),
        }
        found.push(at);
        rest = &rest[end..];
    }
    found
}

/// The points of an element within which it lies.
fn extent(element: &Element) -> Vec<(f64, f64)> {
    let around = |x: f64, y: f64, rx: f64, ry: f64| vec![(x - rx, y - ry), (x + rx, y + ry), (x - rx, y + ry), (x + rx, y - ry)];
    match element.name {
        "path" => points(element.get("d").expect("an outline")),
        "polygon" => points(&format!("M{}", element.get("points").expect("points"))),
        "circle" => around(element.number("cx"), element.number("cy"), element.number("r"), element.number("r")),
        "ellipse" => around(element.number("cx"), element.number("cy"), element.number("rx"), element.number("ry")),
        "rect" => around(0.0, 0.0, element.number("width") / 2.0, element.number("height") / 2.0),
        _ => Vec::new(),
    }
}

#[track_caller]
fn assert_inside(svg: &str, what: &str) {
    let elements = elements(svg);
    let view: Vec<f64> = elements[0].get("viewBox").expect("a view").split(' ').map(|n| n.parse().expect("a number")).collect();
    let mut stack: Vec<(usize, Matrix)> = Vec::new();
    let mut clipped = None;
    for element in &elements {
        stack.retain(|(depth, _)| *depth < element.depth);
        let outer = stack.last().map_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], |(_, matrix)| *matrix);
        let own = element.get("transform").map_or(outer, |transform| times(outer, matrix(transform)));
        stack.push((element.depth, own));
        if clipped.is_some_and(|depth| element.depth > depth) {
            continue;
        }
        clipped = element.get("clip-path").map(|_| element.depth);
        for point in extent(element) {
            let (x, y) = moved(own, point);
            let (x, y) = (x - view[0], y - view[1]);
            // Room for motion, where there is any.
            let edge = if view[2] < EDGE { 1.0 } else { 8.0 };
            let within = |at: f64| (edge..=view[2] - edge).contains(&at);
            assert!(within(x) && within(y), "{what}: {x} {y} of {} {:?}", element.name, element.attributes);
        }
    }
}

#[test]
fn each_is_well_formed_and_within_its_square() {
    for looks in all() {
        for seed in Seed::ALL {
            for (size, motion) in [(240, Motion::Moving), (32, Motion::Still), (512, Motion::Still)] {
                let svg = Looks { seed, ..looks }.draw("Avanochi", size, motion);
                assert_inside(&svg, &format!("{looks:?} {size}"));
                assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.len() < 11_000, "{svg}");
            }
        }
    }
}

#[test]
fn it_loads_and_runs_nothing() {
    for looks in all() {
        let svg = looks.draw("Avanochi", 240, Motion::Moving);
        for element in elements(&svg) {
            assert!(!["script", "image", "use", "foreignObject", "a"].contains(&element.name), "{}", element.name);
            for (name, value) in element.attributes {
                assert!(!name.starts_with("on") && name != "style" && !name.contains("href"), "{name}");
                assert!(!value.contains("url(") || value.starts_with("url(#"), "{value}");
            }
        }
        assert!(!motion::STYLE.contains("url(") && !motion::STYLE.contains("@import"));
    }
}

#[test]
fn what_it_refers_to_is_there_once() {
    let check = |svg: &str| {
        let elements = elements(svg);
        let ids: Vec<&str> = elements.iter().filter_map(|element| element.get("id")).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len());
        let values = elements.iter().flat_map(|element| element.attributes.iter().map(|(_, value)| *value));
        let references: BTreeSet<&str> = values.filter_map(|value| value.strip_prefix("url(#")?.strip_suffix(')')).collect();
        assert!(!references.is_empty() && references.is_subset(&known), "{references:?} {known:?}");
    };
    for looks in all() {
        check(&plain(looks));
    }
    check(&sheet(32));
}

#[test]
fn no_two_look_the_same() {
    let mut seen = BTreeSet::new();
    for looks in all() {
        let svg = plain(looks);
        // The class names the mood: what is drawn must differ.
        let drawn = svg.split_once("<defs>").expect("definitions").1.to_owned();
        assert!(seen.insert(drawn), "{looks:?}");
        assert_eq!(svg, plain(looks));
        for palette in Palette::ALL.iter().filter(|palette| **palette != looks.palette()) {
            assert_ne!(svg, plain(Looks { palette: Some(*palette), ..looks }), "{looks:?} {palette:?}");
        }
        assert_eq!(svg, plain(Looks { palette: Some(looks.palette()), ..looks }));
    }
}

#[test]
fn a_seed_is_seen_and_forms_of_the_young_are_not() {
    let child = looks(Stage::Child, Form::Seedling, Mood::Happy);
    let seeds: BTreeSet<String> = Seed::ALL.map(|seed| plain(Looks { seed, ..child })).into();
    assert_eq!(seeds.len(), 4);
    let egg = looks(Stage::Egg, Form::Seedling, Mood::Happy);
    let seeds: BTreeSet<String> = Seed::ALL.map(|seed| plain(Looks { seed, ..egg })).into();
    assert_eq!(seeds.len(), 2);
    assert_eq!(plain(Looks { form: Form::Care, ..child }), plain(child));
}

#[test]
fn motion_is_left_out_or_left_to_who_wants_it() {
    let child = looks(Stage::Child, Form::Seedling, Mood::Happy);
    let still = plain(child);
    assert!(!still.contains("<style") && !still.contains("av-move"), "{still}");
    let moving = child.draw("Avanochi", 240, Motion::Moving);
    assert!(moving.contains("class=\"av av-happy av-move\"") && moving.contains("@media(prefers-reduced-motion:no-preference){"));
    // All of it is within the condition, and nothing is for ever.
    let (before, rest) = motion::STYLE.split_once("@media").expect("a condition");
    let (_, after) = rest.split_once("}}").expect("the end of the condition");
    assert!(!before.contains("animation") && !after.contains("animation:") && !motion::STYLE.contains("infinite"));
}

/// Drawings are meant to change only on purpose. After such a change look at `avanochi companion sheet FILE.svg` at 32, 64 and
/// 512 pixels each, then put down the new number.
#[test]
fn drawings_are_as_they_were_looked_at() {
    let drawn = all().into_iter().map(plain).collect::<String>();
    let hash = hex(&Sha256::digest(drawn)[..8]);
    assert_eq!(hash, "f8347abe03779835");
    let mean = all().into_iter().map(|looks| plain(looks).len()).sum::<usize>() / all().len();
    assert!((3_000..5_000).contains(&mean), "{mean} bytes");
}
