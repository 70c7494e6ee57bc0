//! The picture of a companion, as SVG. Pure: the same looks give the same text. It loads nothing and runs nothing; it has classes
//! and attributes only, so that a page may take it into itself under a strict content security policy.
//!
//! The drawing is 240 units wide and high; the ground is at 214 and the middle at 120. Everything is within 8 units of the edge,
//! since a picture is cut off at its square, which motion must not reach.

mod body;
mod build;
mod colours;
mod expression;
mod face;
mod growth;
mod motion;
mod pen;
mod sheet;
mod shell;
mod surroundings;
#[cfg(test)]
mod tests;

pub use self::sheet::sheet;
use self::{
    build::{Build, Frame},
    colours::{SHELL, SHELL_LINE},
    expression::{Arms, Expression},
    pen::{Tag, d, ellipse, group, path},
};
use super::looks::{Form, Mood, Motion, Palette, Seed, Stage};

const MIDDLE: f64 = 120.0;
const GROUND: f64 = 214.0;
/// The width and the height.
const EDGE: f64 = 240.0;

/// What a companion looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    pub stage: Stage,
    /// A seedling as long as it is too young to have another form.
    pub form: Form,
    pub mood: Mood,
    /// That of the form where none was chosen.
    pub palette: Option<Palette>,
    pub seed: Seed,
}

impl Looks {
    fn form(self) -> Form {
        if self.stage.is_young() { Form::Seedling } else { self.form }
    }

    fn palette(self) -> Palette {
        self.palette.unwrap_or_else(|| self.form().palette())
    }

    /// An SVG document of `size` pixels. The title is what a screen reader says; it has nothing that XML would have to escape.
    pub fn draw(self, title: &str, size: u16, motion: Motion) -> String {
        let id = format!("av-{}-{}", self.stage.name(), self.palette().name());
        let class = format!("av av-{}{}", self.mood.name(), if motion == Motion::Moving { " av-move" } else { "" });
        let view = View::of(self.stage, size);
        let root = Tag::new("svg").set("xmlns", "http://www.w3.org/2000/svg");
        let root = root.set("viewBox", d!("{} {} {} {}", view.x, view.y, view.edge, view.edge));
        let root = root.set("width", size).set("height", size).class(&class).set("role", "img").set("aria-label", title);
        let style = match motion {
            Motion::Still => String::new(),
            Motion::Moving => format!("<style>{}</style>", motion::STYLE),
        };
        rounded(root).around(&(format!("<title>{title}</title>{style}") + &self.figure(&id, &view))) + "\n"
    }

    /// All that is drawn. What it refers to within itself has ids that begin with `id`.
    fn figure(self, id: &str, view: &View) -> String {
        let build = Build::of(self.stage);
        let expression = Expression::of(self.mood);
        let lift = if self.mood == Mood::Celebrating { 5.0 } else { 0.0 };
        let frame = self.frame(&build, &expression, lift);
        let shadow =
            ellipse(MIDDLE, GROUND + 3.0, frame.width * 0.46 - lift, 8.0).fill("#1b1430").opacity(0.14).class("av-shadow");
        let around = surroundings::surroundings(self.mood, &frame, view);
        let inner = self.creature(id, &build, &frame, &expression, lift);
        let whole = group().class("av-all").around(&group().class("av-breath").around(&inner));
        self.definitions(id, &frame.outline(&build)) + &shadow.done() + &around + &whole
    }

    fn frame(self, build: &Build, expression: &Expression, lift: f64) -> Frame {
        // It stands on its feet, the egg on the ground.
        let feet = if self.stage == Stage::Egg { 0.0 } else { 3.0 };
        let height = build.height * expression.posture;
        let width = build.width * (1.0 + (1.0 - expression.posture) * 0.8);
        let bottom = GROUND - lift - feet;
        Frame { top: bottom - height, bottom, height, width }
    }

    fn definitions(self, id: &str, outline: &str) -> String {
        let colours = colours::body(self.palette());
        let egg = self.stage == Stage::Egg;
        let [light, shade] = if egg { SHELL } else { [colours.light, colours.skin] };
        let stop = |offset: u8, colour: &str| Tag::new("stop").set("offset", offset).set("stop-color", colour).done();
        let gradient = Tag::new("radialGradient").set("id", id).set("cx", "38%").set("cy", "28%").set("r", "78%");
        let mut inner = gradient.around(&(stop(0, light) + &stop(1, shade)));
        inner += &if egg {
            Tag::new("clipPath").set("id", format_args!("{id}-clip")).around(&path(outline).done())
        } else {
            let arm = Tag::new("linearGradient").set("id", format_args!("{id}-arm")).set("x2", 0).set("y2", 0.35);
            let clear = Tag::new("stop").set("stop-color", colours.skin).set("stop-opacity", 0).done();
            arm.around(&(clear + &stop(1, colours.skin)))
        };
        Tag::new("defs").around(&inner)
    }

    fn creature(self, id: &str, build: &Build, frame: &Frame, expression: &Expression, lift: f64) -> String {
        let colours = colours::body(self.palette());
        let skin = |line: &str| path(frame.outline(build)).set("fill", format_args!("url(#{id})")).stroke(line, 3.5).done();
        let eyes = frame.down(build.eyes.height);
        let face = |line: &str| face::face(self.stage, &build.eyes, eyes, expression, line);
        let head = if self.stage == Stage::Elder { 3.0 } else { 2.0 };
        let growth = growth::growth(self.stage, self.form(), self.mood, expression.leaves);
        let growth = group().at(MIDDLE, frame.top + head).around(&growth);
        if self.stage == Stage::Egg {
            let spots = shell::spots(frame, self.seed, &colours, &format!("{id}-clip"));
            let shell = [skin(SHELL_LINE), spots, body::shine(frame), face(SHELL_LINE), shell::crack(frame, expression), growth];
            return shell.concat();
        }
        let mut parts = vec![skin(colours.line)];
        if self.stage != Stage::Hatchling {
            // Feet stay on the ground when it hops.
            let feet = frame.bottom - 1.0 + if lift > 0.0 { 3.0 } else { 0.0 };
            parts.insert(0, body::feet(frame, feet, &colours));
            parts.push(body::belly(frame, &colours));
        }
        parts.extend([body::freckles(frame, self.seed, &colours), body::shine(frame)]);
        parts.push(body::sign(self.form(), frame, &colours));
        parts.push(face(colours.line));
        let arms = body::arms(expression.arms, self.stage, frame, &colours, &format!("{id}-arm"));
        if expression.arms == Arms::Up {
            parts.insert(0, arms);
        } else {
            parts.push(arms);
        }
        if self.stage == Stage::Hatchling {
            parts.push(shell::lower_half(frame.bottom + 3.0 + lift, self.seed, &colours));
        }
        parts.push(growth);
        if self.stage == Stage::Hatchling {
            parts.push(shell::cap(frame.top, &colours));
        }
        parts.concat()
    }
}

/// The square that is seen.
struct View {
    x: f64,
    y: f64,
    edge: f64,
}

impl View {
    const WHOLE: Self = Self { x: 0.0, y: 0.0, edge: EDGE };

    /// Small pictures of the young have less room around them.
    fn of(stage: Stage, size: u16) -> Self {
        let edge = match stage {
            _ if size >= 64 => return Self::WHOLE,
            Stage::Egg => 180.0,
            Stage::Hatchling => 172.0,
            Stage::Child => 176.0,
            Stage::Teen => 200.0,
            Stage::Adult | Stage::Elder => 220.0,
        };
        Self { x: MIDDLE - edge / 2.0, y: 228.0 - edge, edge }
    }

    /// What fills the whole drawing, as large as the square is.
    fn around(&self, inner: &str) -> String {
        if self.edge >= EDGE {
            return inner.to_owned();
        }
        let place = d!("translate({} {})", self.x, self.y) + &format!(" scale({:.3})", self.edge / EDGE);
        group().set("transform", place).around(inner)
    }
}

/// Ends of lines and corners are round everywhere.
fn rounded(root: Tag) -> Tag {
    root.set("stroke-linecap", "round").set("stroke-linejoin", "round")
}
