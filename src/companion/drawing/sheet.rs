//! A contact sheet of all companions, to judge a change of the drawing by.

use super::{
    EDGE, Looks, Tag, View, d,
    pen::{Number, group},
    rounded,
};
use crate::companion::looks::{Form, Mood, Seed, Stage};

/// The names of columns and rows, in the units of the sheet.
const HEAD: f64 = 40.0;
const SIDE: f64 = 150.0;

/// Every mood of every stage in every form that it can have, `size` pixels each.
pub fn sheet(size: u16) -> String {
    let columns: Vec<(Stage, Form)> =
        Stage::ALL.iter().flat_map(|stage| forms(*stage).iter().map(|form| (*stage, *form))).collect();
    let (mut width, mut height, mut inner) = (SIDE, HEAD, String::new());
    for (mood, seed) in Mood::ALL.iter().zip(Seed::ALL.iter().cycle()) {
        inner += &label(8.0, height + EDGE / 2.0, mood.name());
        width = SIDE;
        for (stage, form) in &columns {
            let looks = Looks { stage: *stage, form: *form, mood: *mood, palette: None, seed: *seed };
            let id = format!("av-{}-{}-{}", stage.name(), form.name(), mood.name());
            inner += &group().at(width, height).around(&looks.figure(&id, &View::WHOLE));
            width += EDGE;
        }
        height += EDGE;
    }
    for (index, (stage, form)) in (0_u32..).zip(&columns) {
        let form = if stage.is_young() { String::new() } else { format!(" {}", form.name()) };
        inner += &label(SIDE + EDGE * f64::from(index) + 60.0, 28.0, &(stage.name().to_owned() + &form));
    }
    let scale = f64::from(size) / EDGE;
    let root = Tag::new("svg").set("xmlns", "http://www.w3.org/2000/svg").set("viewBox", d!("0 0 {} {}", width, height));
    let root = root.number("width", width * scale).number("height", height * scale);
    rounded(root.set("font-family", "sans-serif").number("font-size", 20.0)).around(&inner) + "\n"
}

pub(super) fn forms(stage: Stage) -> &'static [Form] {
    if stage.is_young() { &[Form::Seedling] } else { Form::ALL }
}

fn label(x: f64, y: f64, text: &str) -> String {
    Tag::new("text").set("x", Number(x)).set("y", Number(y)).around(text)
}
