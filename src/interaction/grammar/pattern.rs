//! Patterns of words: how they are read, and where a sentence matches one. Pure.

use chrono::Weekday;

use super::{
    model::{Meal, Priority, Rest, View},
    text::{Word, form},
    when::When,
};

/// A step of a pattern.
#[derive(Debug, Clone)]
pub enum Node {
    Word(String),
    /// A word that a colon follows.
    Colon(String),
    /// What has a name of its own.
    Slot(String),
    /// One of several.
    Any {
        of: Vec<Vec<Node>>,
        optional: bool,
    },
}

/// What a slot was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Nothing,
    Number(u32),
    Weekday(Weekday),
    Month(u32),
    DayMonth(u32, u32, Option<i32>),
    When(When),
    Clock(When),
    Length(u32),
    /// In ml; `None` for one that cannot be entered.
    Amount(Option<u32>),
    /// `None`: by the clock.
    Meal(Option<Meal>),
    Rest(Rest),
    Level(u32),
    View(View),
    Priority(Priority),
    Item(u32),
    /// From one word to before another.
    What(usize, usize),
    Which(usize, usize),
}

/// Where a slot ends that begins at a word, and what it was.
pub type Slot<'a> = &'a dyn Fn(&str, usize) -> Vec<(usize, Value)>;

/// Reads patterns with ` · ` between them.
pub fn patterns(text: &str) -> Vec<Vec<Node>> {
    text.split(" · ").map(|pattern| sequence(&mut pattern.trim().chars().peekable())).collect()
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn sequence(chars: &mut Chars<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    while let Some(c) = chars.peek().copied() {
        match c {
            '|' | ']' | ')' => break,
            ' ' => {
                chars.next();
            }
            '[' | '(' => {
                chars.next();
                nodes.push(Node::Any { of: alternatives(chars), optional: c == '[' });
            }
            '<' => {
                chars.next();
                let name: String = chars.by_ref().take_while(|c| *c != '>').collect();
                nodes.push(Node::Slot(name));
            }
            _ => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !" |])[(<".contains(*c)) {
                    word.push(c);
                }
                nodes.push(word.strip_suffix(':').map_or_else(|| Node::Word(word.clone()), |word| Node::Colon(word.to_owned())));
            }
        }
    }
    nodes
}

fn alternatives(chars: &mut Chars<'_>) -> Vec<Vec<Node>> {
    let mut found = vec![sequence(chars)];
    while chars.next() == Some('|') {
        found.push(sequence(chars));
    }
    found
}

/// Where the pattern ends that begins at a word, with the slots on the way; what can be left out is taken first.
pub fn ends(nodes: &[Node], words: &[Word], at: usize, slot: Slot<'_>) -> Vec<(usize, Vec<Value>)> {
    let mut found = Vec::new();
    walk(nodes, words, at, slot, &mut Vec::new(), &mut |end, values| found.push((end, values.clone())));
    found
}

fn walk(
    nodes: &[Node],
    words: &[Word],
    at: usize,
    slot: Slot<'_>,
    values: &mut Vec<Value>,
    done: &mut dyn FnMut(usize, &mut Vec<Value>),
) {
    let Some((first, rest)) = nodes.split_first() else { return done(at, values) };
    match first {
        Node::Word(word) => {
            if form(words, at) == Some(word) {
                walk(rest, words, at + 1, slot, values, done);
            }
        }
        Node::Colon(word) => {
            if form(words, at) == Some(word) && words[at].colon {
                walk(rest, words, at + 1, slot, values, done);
            }
        }
        Node::Slot(name) => {
            for (end, value) in slot(name, at) {
                values.push(value);
                walk(rest, words, end, slot, values, done);
                values.pop();
            }
        }
        Node::Any { of, optional } => {
            for nodes in of {
                walk(nodes, words, at, slot, values, &mut |end, values| walk(rest, words, end, slot, values, done));
            }
            if *optional {
                walk(rest, words, at, slot, values, done);
            }
        }
    }
}

/// The words that patterns have of their own.
pub fn literals<'a>(nodes: &'a [Node], found: &mut Vec<&'a str>) {
    for node in nodes {
        match node {
            Node::Word(word) | Node::Colon(word) => found.push(word),
            Node::Slot(_) => {}
            Node::Any { of, .. } => of.iter().for_each(|nodes| literals(nodes, found)),
        }
    }
}
