//! What is done about work and wellbeing when it is asked for.

use super::{
    model::{Did, Op},
    repo::{Acted, Reversal},
    service::DialogueService,
    spoken::{Spoken, Turn, meal},
};
use crate::{
    assistant::narratives::story::length,
    interaction::grammar::model::{Meal, Rest, Slots},
    kernel::{Bounded, Code, Created, Error, Precondition, Result, Rule, Timestamp, Versioned},
    texts::{Arg, text},
    wellbeing::{
        check_ins::model::NewCheckIn,
        hydration::model::NewDrink,
        meals::model::{MealKind, NewMeal},
        rests::model::RestKind,
    },
    work::work_sessions::model::WorkSession,
};

const SESSIONS: &str = "work_sessions";

impl DialogueService {
    pub(super) async fn start_work(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        match self.sessions.start(turn.ctx, turn.owner, at(slots), turn.key.as_ref()).await {
            Ok(Created { value: Versioned { value: session, version }, .. }) => {
                let time = turn.time(session.start_time);
                let spoken = turn.say("dialogue_work_started", &[("time", Arg::Text(&time))]);
                let id = session.id.uuid();
                Ok((did(spoken, SESSIONS, id, Op::Start), Some(Reversal::DeleteSession(id, version))))
            }
            Err(error) if error.code() == Code::ActiveSessionExists => Ok((turn.say("dialogue_already_working", &[]), None)),
            Err(error) => Err(error),
        }
    }

    /// Ends, interrupts or takes up the session under way.
    pub(super) async fn change_work(&self, turn: &Turn<'_>, slots: &Slots, op: Op) -> Result<Acted> {
        let (ctx, owner, at) = (turn.ctx, turn.owner, at(slots));
        let Some(active) = self.sessions.active(ctx, owner).await? else {
            return Ok((turn.say("dialogue_not_working", &[]), None));
        };
        let before = self.sessions.get(ctx, owner, active.id).await?;
        let expected = Precondition::OneOf(vec![before.version]);
        let changed = match op {
            Op::Pause => self.sessions.pause(ctx, owner, active.id, at, &expected).await,
            Op::Resume => self.sessions.resume(ctx, owner, active.id, at, &expected).await,
            _ => self.sessions.end(ctx, owner, active.id, at, &expected).await,
        };
        // Somebody changed it just now.
        let changed = changed.map_err(|error| if error.code() == Code::StaleEtag { Error::busy() } else { error })?;
        if changed.version == before.version {
            let key = if op == Op::Pause { "dialogue_already_paused" } else { "dialogue_not_paused" };
            return Ok((turn.say(key, &[]), None));
        }
        let spoken = said_of_work(turn, &changed.value, op);
        let reversal = Reversal::Session(Box::new(before.value), changed.version);
        Ok((did(spoken, SESSIONS, active.id.uuid(), op), Some(reversal)))
    }

    pub(super) async fn log_water(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        let ml = slots
            .ml
            .and_then(Bounded::new)
            .ok_or_else(|| Rule::field("must be a whole number from 50 to 1000").of_field("ml"))?;
        let new = NewDrink { ml, at: at(slots) };
        let drink = self.drinks.create(turn.ctx, turn.owner, new, turn.key.as_ref()).await?.value.value;
        let spoken = turn.say("dialogue_water", &[("ml", Arg::Number(drink.ml.get().into()))]);
        let id = drink.id.uuid();
        Ok((did(spoken, "hydration", id, Op::Create), Some(Reversal::DeleteDrink(id))))
    }

    pub(super) async fn log_meal(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        let kind = slots.meal.unwrap_or(Meal::Snack);
        let new = NewMeal { kind: meal_kind(kind), at: at(slots) };
        let made = self.meals.create(turn.ctx, turn.owner, new, turn.key.as_ref()).await?.value.value;
        let name = text(turn.language(), meal(kind), &[]);
        let id = made.id.uuid();
        Ok((
            did(turn.say("dialogue_meal", &[("meal", Arg::Text(&name))]), "meals", id, Op::Create),
            Some(Reversal::DeleteMeal(id)),
        ))
    }

    pub(super) async fn start_rest(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        let kind = match slots.rest.unwrap_or(Rest::Short) {
            Rest::Micro => RestKind::Micro,
            Rest::Short => RestKind::Short,
            Rest::Long => RestKind::Long,
            Rest::Lunch => RestKind::Lunch,
        };
        match self.rests.start(turn.ctx, turn.owner, kind, turn.key.as_ref()).await {
            Ok(made) => {
                let id = made.value.value.id.uuid();
                let spoken = did(turn.say("dialogue_rest_started", &[]), "rests", id, Op::Start);
                Ok((spoken, Some(Reversal::DeleteRest(id))))
            }
            Err(error) if error.code() == Code::RestActive => Ok((turn.say("dialogue_already_resting", &[]), None)),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn end_rest(&self, turn: &Turn<'_>) -> Result<Acted> {
        let Some(active) = self.rests.active(turn.ctx, turn.owner).await? else {
            return Ok((turn.say("dialogue_not_resting", &[]), None));
        };
        self.rests.end(turn.ctx, turn.owner, active.id).await?;
        let spoken = did(turn.say("dialogue_rest_ended", &[]), "rests", active.id.uuid(), Op::End);
        Ok((spoken, Some(Reversal::Rest(active))))
    }

    /// Notes how somebody feels; what they wrote of it stays.
    pub(super) async fn log_energy(&self, turn: &Turn<'_>, slots: &Slots) -> Result<Acted> {
        let Some(energy) = slots.energy else { return Ok((turn.say("dialogue_which_energy", &[]), None)) };
        let energy = Bounded::new(energy).ok_or_else(|| Rule::field("must be a whole number from 1 to 5").of_field("energy"))?;
        let date = turn.days.date_at(at(slots).unwrap_or(turn.ctx.now()));
        let before = self.check_ins.on(turn.owner, date).await?;
        let note = before.as_ref().and_then(|before| before.note.clone());
        let new = NewCheckIn { energy, note, at: at(slots) };
        let made = self.check_ins.enter(turn.ctx, turn.owner, new, turn.key.as_ref()).await?.value.check_in;
        let spoken = turn.say("dialogue_energy", &[("energy", Arg::Number(made.energy.get().into()))]);
        let id = made.id.uuid();
        let op = if before.is_some() { Op::Update } else { Op::Create };
        Ok((did(spoken, "check_ins", id, op), Some(Reversal::CheckIn { before, entered: made })))
    }

    /// Whether "stop" means the rest under way.
    pub(super) async fn is_resting(&self, turn: &Turn<'_>) -> Result<bool> {
        Ok(self.rests.active(turn.ctx, turn.owner).await?.is_some())
    }
}

fn said_of_work(turn: &Turn<'_>, session: &WorkSession, op: Op) -> Spoken {
    match op {
        Op::Pause => turn.say("dialogue_work_paused", &[]),
        Op::Resume => turn.say("dialogue_work_resumed", &[]),
        _ => {
            let time = length(session.micros().unwrap_or(0) / 60_000_000);
            turn.say("dialogue_work_ended", &[("time", Arg::Text(&time))])
        }
    }
}

/// What was said, of something that was done.
pub(super) fn did(spoken: Spoken, kind: &str, id: uuid::Uuid, op: Op) -> Spoken {
    Spoken { did: vec![Did::new(kind, id, op)], ..spoken }
}

fn at(slots: &Slots) -> Option<Timestamp> {
    slots.at.map(|at| Timestamp::from_micros(at.timestamp_micros()))
}

fn meal_kind(meal: Meal) -> MealKind {
    match meal {
        Meal::Breakfast => MealKind::Breakfast,
        Meal::Lunch => MealKind::Lunch,
        Meal::Dinner => MealKind::Dinner,
        Meal::Snack => MealKind::Snack,
    }
}
