//! What grows on its head, which says how it is: leaves stand up when it is well, sink when it is tired, hang and turn yellow
//! when it is thirsty. Everything is drawn around the top of the head.

use super::{
    colours::{DRY_LEAF, LEAF, Pair, WHITE, bloom},
    pen::{Tag, circle, d, ellipse, group, heart, path},
};
use crate::companion::looks::{Form, Mood, Stage};

const PISTIL: &str = "#ffe08a";

/// The growth of a stage, with leaves that hang so many degrees from upright.
pub fn growth(stage: Stage, form: Form, mood: Mood, leaves: f64) -> String {
    let colours = if mood == Mood::Thirsty { DRY_LEAF } else { LEAF };
    let pair = |length, width, y: f64| group().at(0.0, y).around(&pair(length, width, leaves, colours));
    let inner = match stage {
        // Only the tip shows, and only when it is glad.
        Stage::Egg if leaves >= 60.0 => return String::new(),
        Stage::Egg => leaf(if leaves < 40.0 { 22.0 } else { 14.0 }, 7.5, 0.35, colours),
        Stage::Hatchling => group().turned(leaves * 0.6 - 8.0).around(&leaf(27.0, 10.0, 0.3, colours)),
        Stage::Child => pair(34.0, 11.5, 0.0),
        Stage::Teen => stem("M0,2C0,-8 0,-14 0,-20", colours) + &bud(form, leaves, colours) + &pair(31.0, 10.5, -2.0),
        Stage::Adult => flower(form, leaves, colours) + &pair(33.0, 11.0, -1.0),
        Stage::Elder => tree(form, colours),
    };
    group().class("av-sway").around(&inner)
}

/// A leaf upwards; its tip is moved sideways by a share of its length.
fn leaf(length: f64, width: f64, bend: f64, colours: Pair) -> String {
    let tip = bend * length;
    let (low, side) = (-length * 0.22, width + tip * 0.7);
    let outline = d!(
        "M0,0C{},{} {},{} {},{}C{},{} {},{} 0,0Z",
        width,
        low,
        side,
        -length * 0.86,
        tip,
        -length,
        -width + tip * 0.5,
        -length * 0.8,
        -width,
        low
    );
    let rib = d!("M0,-2C0,{} {},{} {},{}", -length * 0.35, tip * 0.5, -length * 0.6, tip * 0.75, -length * 0.76);
    path(outline).fill(colours.fill).stroke(colours.line, 2.5).done() + &path(rib).line(colours.line, 1.6).opacity(0.55).done()
}

fn pair(length: f64, width: f64, leaves: f64, colours: Pair) -> String {
    // The more they hang, the more they bend.
    let bend = 0.14 + (leaves - 50.0).max(0.0) / 160.0;
    let one = |side: f64| group().turned(side * leaves).around(&leaf(length, width, side * bend, colours));
    one(-1.0) + &one(1.0)
}

fn stem(outline: &str, colours: Pair) -> String {
    path(outline).line(colours.line, 4.0).done()
}

/// Two small leaves around what hangs from a stem.
fn cup(outline: &str, colours: Pair) -> String {
    path(outline).fill(colours.fill).stroke(colours.line, 2.0).done()
}

fn bud(form: Form, leaves: f64, colours: Pair) -> String {
    let bloom = bloom(form);
    let petals = path("M0,6C9,4 10,-9 0,-17C-10,-9 -9,4 0,6Z").fill(bloom.fill).stroke(bloom.line, 2.5).done();
    let inner = petals + &cup("M-7,1C-4,7 4,7 7,1C3,3 -3,3 -7,1Z", colours);
    group().at_turned(0.0, -24.0, (leaves - 60.0).max(0.0) * 0.5).around(&inner)
}

/// The flower of its form on a stem; a bud where it has none.
fn flower(form: Form, leaves: f64, colours: Pair) -> String {
    let bloom = bloom(form);
    let droop = (leaves - 60.0).max(0.0) * 0.45;
    let straight =
        |y: f64, inner: &str| stem("M0,2C0,-10 0,-16 0,-20", colours) + &group().at_turned(0.0, y, droop).around(inner);
    match form {
        Form::Seedling => stem("M0,2C0,-10 0,-16 0,-20", colours) + &bud(form, leaves, colours),
        Form::Focus => {
            let bent = stem("M0,2C0,-20 -6,-34 -20,-34C-30,-34 -33,-27 -33,-22", colours);
            bent + &group().at_turned(-33.0, -22.0, -droop * 0.3).around(&lantern(bloom, colours))
        }
        Form::Tasks => {
            let middle = circle(0.0, 0.5, 4.5).fill("#fff6d8").stroke(bloom.line, 1.8).done();
            straight(-33.0, &(star(bloom) + &middle))
        }
        Form::Care => {
            let middle = circle(0.0, 0.0, 5.5).fill(PISTIL).stroke(bloom.line, 2.0).done();
            straight(-32.0, &(petals(5, 9.0, (7.0, 8.5), bloom) + &middle))
        }
        Form::Balance => {
            let leaf = |turn: f64| {
                let place = d!("rotate({}) translate(0 -10)", turn);
                path(heart(9.0)).set("transform", place).fill(bloom.fill).stroke(bloom.line, 2.2).done()
            };
            straight(-31.0, &[45.0, 135.0, 225.0, 315.0].map(leaf).concat())
        }
    }
}

fn lantern(bloom: Pair, colours: Pair) -> String {
    [
        circle(0.0, 12.0, 21.0).fill(bloom.fill).opacity(0.3).class("av-glow").done(),
        path("M0,-2C10,0 13,10 11,20C6,24 -6,24 -11,20C-13,10 -10,0 0,-2Z").fill(bloom.fill).stroke(bloom.line, 2.5).done(),
        path("M-4,6C-6,10 -6,14 -5,17").line(WHITE, 2.5).opacity(0.8).done(),
        cup("M-6,-1C-3,4 3,4 6,-1C3,-5 -3,-5 -6,-1Z", colours),
    ]
    .concat()
}

fn star(bloom: Pair) -> String {
    let point = |index: u32| {
        let radius = if index.is_multiple_of(2) { 17.0 } else { 9.0 };
        let angle = f64::from(index) * std::f64::consts::PI / 5.0;
        d!("{},{}", angle.sin() * radius, -angle.cos() * radius)
    };
    let points: Vec<String> = (0..10).map(point).collect();
    Tag::new("polygon").set("points", points.join(" ")).fill(bloom.fill).stroke(bloom.line, 2.5).done()
}

/// So many petals around the middle, each at a distance from it.
fn petals(count: u32, reach: f64, (rx, ry): (f64, f64), colours: Pair) -> String {
    let one = |index: u32| {
        let petal = ellipse(0.0, -reach, rx, ry).turned(360.0 / f64::from(count) * f64::from(index));
        petal.fill(colours.fill).stroke(colours.line, 2.0).done()
    };
    (0..count).map(one).collect()
}

/// The small tree of the elder: five puffs of leaves with blossoms.
fn tree(form: Form, colours: Pair) -> String {
    const PUFFS: [[f64; 3]; 5] =
        [[-30.0, -22.0, 19.0], [30.0, -22.0, 19.0], [-14.0, -38.0, 21.0], [15.0, -38.0, 21.0], [0.0, -24.0, 24.0]];
    const LIGHTS: [[f64; 3]; 3] = [[-18.0, -44.0, 9.0], [10.0, -46.0, 8.0], [-34.0, -26.0, 6.0]];
    const BLOSSOMS: [(f64, f64, f64); 5] =
        [(-27.0, -18.0, 0.5), (4.0, -33.0, 0.62), (29.0, -26.0, 0.5), (-8.0, -50.0, 0.42), (19.0, -9.0, 0.4)];
    // All outlines first: only that of the whole remains.
    let puffs = |more: f64, fill: &str| {
        let inner: String = PUFFS.map(|[x, y, r]| circle(x, y, r + more).done()).concat();
        group().fill(fill).around(&inner)
    };
    let trunk = path("M-7,6C-4,-4 -6,-10 -9,-16M7,6C4,-4 6,-10 9,-16").line("#7a5a3a", 6.0).done();
    let lights: String = LIGHTS.map(|[x, y, r]| circle(x, y, r).done()).concat();
    let blossom = blossom(form);
    let at = |(x, y, scale): (f64, f64, f64)| {
        // Each is turned by its own place, so that no two look the same.
        let place = d!("translate({} {}) rotate({})", x, y, x) + &format!(" scale({scale})");
        group().set("transform", place).around(&blossom)
    };
    [
        trunk,
        puffs(1.4, colours.line),
        puffs(-1.2, colours.fill),
        group().fill(WHITE).opacity(0.25).around(&lights),
        BLOSSOMS.map(at).concat(),
    ]
    .concat()
}

fn blossom(form: Form) -> String {
    let colours = bloom(form);
    let pistil = |r: f64| circle(0.0, 0.0, r).fill(PISTIL).done();
    match form {
        Form::Tasks => star(colours),
        Form::Focus => {
            let glow = circle(0.0, 0.0, 13.0).fill(colours.fill).opacity(0.35).done();
            glow + &circle(0.0, 0.0, 8.0).fill(colours.fill).stroke(colours.line, 3.0).done()
        }
        Form::Balance => petals(4, 8.0, (6.5, 7.5), Pair { fill: WHITE, ..colours }) + &pistil(4.5),
        Form::Seedling | Form::Care => petals(5, 9.0, (7.0, 8.5), colours) + &pistil(5.5),
    }
}
