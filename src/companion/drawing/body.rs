//! The body and what is on it: feet, arms, belly, its sign, marks and the shine.

use super::{
    MIDDLE,
    build::Frame,
    colours::{Body, WHITE},
    expression::Arms,
    pen::{circle, d, ellipse, group, heart, path},
};
use crate::companion::looks::{Form, Seed, Stage};

/// Freckles by seed: from the middle, down the body, and how large.
const FRECKLES: [&[[f64; 3]]; 4] = [
    &[[-30.0, 0.3, 5.0], [-22.0, 0.22, 3.4], [33.0, 0.34, 4.4]],
    &[[31.0, 0.26, 5.0], [24.0, 0.19, 3.2], [-34.0, 0.38, 3.8]],
    &[[-12.0, 0.13, 3.6], [0.0, 0.1, 4.4], [12.0, 0.13, 3.6]],
    &[[-38.0, 0.5, 4.4], [38.0, 0.5, 4.4], [-33.0, 0.4, 3.0], [33.0, 0.4, 3.0]],
];

pub fn freckles(frame: &Frame, seed: Seed, colours: &Body) -> String {
    let wide = frame.width / 118.0;
    let one = |[x, y, r]: &[f64; 3]| ellipse(MIDDLE + x * wide, frame.down(*y), *r, r * 0.85).done();
    group().fill(colours.line).opacity(0.22).around(&FRECKLES[seed.get()].iter().map(one).collect::<String>())
}

/// The light on its left.
pub fn shine(frame: &Frame) -> String {
    let left = |share: f64| MIDDLE - frame.width * share;
    let outline = d!(
        "M{},{}C{},{} {},{} {},{}",
        left(0.3),
        frame.down(0.36),
        left(0.29),
        frame.down(0.2),
        left(0.2),
        frame.down(0.11),
        left(0.11),
        frame.down(0.085)
    );
    path(outline).line(WHITE, 6.0).opacity(0.6).done()
}

pub fn belly(frame: &Frame, colours: &Body) -> String {
    ellipse(MIDDLE, frame.down(0.76), frame.width * 0.3, frame.height * 0.195).fill(colours.belly).opacity(0.9).done()
}

/// The feet at a height of the drawing.
pub fn feet(frame: &Frame, y: f64, colours: &Body) -> String {
    let one = |side: f64| ellipse(MIDDLE + side * frame.width * 0.21, y, 17.0, 9.5).done();
    group().fill(colours.skin).stroke(colours.line, 3.0).around(&[-1.0, 1.0].map(one).concat())
}

/// Two nubs at the shoulders, whose fill has that id: at the top it fades into the body.
pub fn arms(arms: Arms, stage: Stage, frame: &Frame, colours: &Body, fill: &str) -> String {
    // The shell covers those of a hatchling, except when they are raised.
    let height = match (stage, arms) {
        (Stage::Hatchling, Arms::Up) => 0.86,
        (Stage::Hatchling, _) => return String::new(),
        _ => 1.0,
    };
    let (out, down, turn) = match arms {
        Arms::Rest => (0.9, 0.62, -24.0),
        Arms::Hang => (0.93, 0.64, -6.0),
        Arms::Up => (0.9, 0.56, -148.0),
        Arms::Belly => (0.78, 0.68, 60.0),
        Arms::Clasped => (0.62, 0.74, 118.0),
    };
    let one = |side: f64| {
        let nub = path("M-8.5,0C-9.5,10 -9,22 0,22C9,22 9.5,10 8.5,0").turned(side * turn).done();
        let place = group().at(MIDDLE + side * frame.width * out / 2.0, frame.down(down * height));
        place.around(&group().class("av-arm").around(&nub))
    };
    group().set("fill", format_args!("url(#{fill})")).stroke(colours.line, 3.0).around(&[-1.0, 1.0].map(one).concat())
}

/// The sign of its form on the belly: colour alone says nothing to many.
pub fn sign(form: Form, frame: &Frame, colours: &Body) -> String {
    let line = colours.line;
    let dot = |x: f64, y: f64, r: f64| circle(x, y, r).fill(line).done();
    let inner = match form {
        Form::Seedling => return String::new(),
        Form::Focus => circle(0.0, 0.0, 9.0).line(line, 3.0).done() + &dot(0.0, 0.0, 2.6),
        Form::Tasks => path("M-8,0L-2,6L9,-7").line(line, 4.0).done(),
        Form::Care => path(heart(9.0)).fill(line).done(),
        Form::Balance => {
            path("M-10,-3C-5,-9 0,-3 0,0C0,3 5,9 10,3").line(line, 3.0).done() + &dot(-6.5, 3.5, 1.8) + &dot(6.5, -3.5, 1.8)
        }
    };
    group().at(MIDDLE, frame.down(0.76)).opacity(0.65).around(&inner)
}
