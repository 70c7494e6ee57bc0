//! What must hold of what the summary knows of wellbeing and time off beyond counts: the entries of the present dates, the rest
//! under way and what is due for it, the time off to come, until when somebody is busy. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    accounts::time_off::{ahead, model::Dates},
    kernel::{Result, Timestamp},
    ledger::Summary,
    wellbeing::{
        hydration::model::Drink,
        meals::model::Meal,
        presence::{self, model::Presence},
        recent::{self, Entries},
        rests::{booking, model::Rest},
    },
};

/// What was found of it in a user's partition.
#[derive(Debug, Default)]
pub struct FoundEntries {
    days: BTreeMap<NaiveDate, Entries>,
    /// Rests that have no end.
    open: Vec<Rest>,
    off: Vec<Dates>,
    busy_until: Option<Timestamp>,
}

impl FoundEntries {
    pub fn drink(&mut self, drink: &Drink) {
        self.days.entry(drink.date).or_default().drinks.push(drink.kept());
    }

    pub fn meal(&mut self, meal: &Meal) {
        self.days.entry(meal.date).or_default().meals.push(meal.kept());
    }

    pub fn rest(&mut self, rest: &Rest) {
        match rest.kept() {
            Some(kept) => self.days.entry(rest.date).or_default().rests.push(kept),
            None => self.open.push(rest.clone()),
        }
    }

    pub fn off(&mut self, dates: Dates) {
        self.off.push(dates);
    }

    pub fn presence(&mut self, presence: &Presence) {
        self.busy_until = presence.busy_until;
    }

    /// How many rests have no end. One may.
    pub fn open_rests(&self) -> usize {
        self.open.len()
    }

    /// Corrects what the summary knows, and tells what was not as it should be, in words. Errors: `Internal` for a fact that cannot
    /// be written.
    pub fn audit(self, right: &mut Summary, now: Timestamp) -> Result<Vec<String>> {
        let mut words = Vec::new();
        if !recent::agrees(right, &self.days) {
            recent::keep(right, now, &self.days)?;
            words.push("recent_entries differ from what was entered".to_owned());
        }
        let is = rest_in_words(right);
        match self.under_way(right) {
            Some(rest) => {
                let due = right.due.get(booking::END);
                booking::begin(right, rest)?;
                // What is put off is due later.
                right.due.set(booking::END, due.or(right.due.get(booking::END)));
            }
            None => booking::clear(right),
        }
        let should = rest_in_words(right);
        if is != should {
            words.push(format!("active_rest is {is} and should be {should}"));
        }
        let today = right.date_at(now);
        if !ahead::agrees(right, today, &self.off) {
            ahead::keep(right, today, &self.off)?;
            words.push("time_off_ahead differs from the time off that was entered".to_owned());
        }
        if !presence::repo::agrees(right, self.busy_until) {
            presence::repo::keep(right, self.busy_until)?;
            words.push("busy_until differs from its document".to_owned());
        }
        Ok(words)
    }

    /// The rest that the summary knows of while its document says the same; otherwise the latest that has no end.
    fn under_way(&self, summary: &Summary) -> Option<&Rest> {
        let known = booking::known(summary).ok().flatten();
        let kept = known.and_then(|known| self.open.iter().find(|rest| known.rest(rest.user_id) == **rest));
        kept.or_else(|| self.open.iter().max_by_key(|rest| (rest.start_time, rest.id.uuid())))
    }
}

/// What the summary says of the rest under way.
fn rest_in_words(summary: &Summary) -> String {
    let due = summary.due.get(booking::END).map_or_else(|| "nothing".into(), |at| at.to_string());
    match booking::known(summary) {
        Ok(None) if summary.due.get(booking::END).is_none() => "none".into(),
        Ok(None) => format!("none with {due} due"),
        Ok(Some(rest)) => format!("{} since {} with {due} due", rest.id, rest.start_time),
        Err(_) => "unreadable".into(),
    }
}
