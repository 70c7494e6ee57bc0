//! How a run ends: what is kept of it, how the connection stands afterwards, and when it is looked at again.

use super::{
    run::{End, Ran, Running, Work},
    service::{Synchronisation, Told},
};
use crate::{
    accounts::settings::model::Settings as PersonsSettings,
    integrations::connections::{
        model::{Connection, Direction, Moment, Problem, ProblemCode, Status, name_of},
        run::{ConnectionState, Run, RunCounts, RunResult},
        schedule,
    },
    kernel::{Ctx, Error, Owner, Precondition, Result, Timestamp},
    outbound::providers::Failure,
    wellbeing::reminders::model::{Nudge, What},
};

/// What follows from how a run ended.
struct After {
    result: RunResult,
    problem: Option<(ProblemCode, Option<[u32; 2]>)>,
    condition: Status,
    failures: u32,
    next_run: Option<Timestamp>,
    ran: Ran,
}

impl Synchronisation {
    /// Keeps how the run went, gives the connection free, and says how it stands.
    pub(super) async fn end(&self, ctx: &Ctx, owner: Owner, connection: &Connection, running: Running, end: End) -> Result<Ran> {
        let now = self.clock.now();
        let Running { state, run, told, full, work, .. } = running;
        let chance = run.id.uuid().as_u64_pair().1;
        let after = after(connection, &state.value, &end, now, chance);
        let problem = match after.problem {
            Some((code, missing)) => {
                let settings = self.ledger.read(owner.id()).await?.map(|summary| PersonsSettings::of(&summary)).transpose()?;
                Some(Problem { code, language: settings.unwrap_or_default().language, missing })
            }
            None => None,
        };
        let run = Run { finished_at: Some(now), result: Some(after.result), counts: counts(told), problem, full, ..run };
        // Of what changed here alone is told what came of it, and not each time that there was nothing to do.
        let told_of = work == Work::Both || told != Told::default() || problem.is_some();
        let next = ConnectionState {
            running: None,
            last_run: if told_of { Some(run.clone()) } else { state.value.last_run.clone() },
            failures: after.failures,
            next_run: after.next_run,
            ..state.value.clone()
        };
        let kept = self.progress.replace(now, &state, next, told_of.then_some(&run)).await?;
        if kept.is_none() {
            return Err(Error::busy().caused_by("another has taken the connection"));
        }
        self.stand(owner, connection, after.condition, problem).await?;
        tracing::info!(
            connection = %connection.id, run = %run.id, result = after.result.name(), correlation = %ctx.request_id(),
            seen = told.seen, created = told.created, updated = told.updated, deleted = told.deleted, pushed = told.pushed,
            conflicts = told.conflicts, failed = told.failed, "synchronised"
        );
        if after.ran != Ran::Done || connection.direction == Direction::In {
            return Ok(after.ran);
        }
        let waits = self.links.first_waiting(owner, connection.number).await?;
        Ok(waits.map_or(Ran::Done, Ran::Later))
    }

    /// Has the connection stand in another condition, unless it does already.
    async fn stand(&self, owner: Owner, connection: &Connection, condition: Status, problem: Option<Problem>) -> Result<()> {
        if connection.condition == condition && connection.problem.map(|p| p.code) == problem.map(|p| p.code) {
            return Ok(());
        }
        let decide = |now: &Connection, change: &mut crate::ledger::Transaction<'_>| {
            let moment = Moment { now: change.now(), op: change.version() };
            let next = now.moved(condition, problem, moment);
            // What the person has decided meanwhile stays.
            if now.condition != connection.condition || next == *now {
                return Ok(None);
            }
            if condition == Status::NeedsReauth && now.condition != condition {
                let provider = name_of(connection.provider()).to_owned();
                let what = What::Reconnect { connection_id: connection.id.uuid(), provider, ends_at: None };
                let language = PersonsSettings::of(&change.summary)?.language;
                change.create(&Nudge::new(change.next_id(), owner.id(), what, language, change.now()))?;
            }
            Ok(Some(next))
        };
        match self.ledger.edit(owner, &connection.id.to_string(), &Precondition::None, decide).await {
            Err(error) if error.code() == crate::kernel::Code::NotFound => Ok(()),
            other => other.map(drop),
        }
    }
}

fn after(connection: &Connection, state: &ConnectionState, end: &End, now: Timestamp, chance: u64) -> After {
    let works = After {
        result: RunResult::Ok,
        problem: None,
        condition: Status::Active,
        failures: 0,
        next_run: Some(schedule::next(state.priority, now, chance)),
        ran: Ran::Done,
    };
    let stopped = |code, missing| After {
        result: RunResult::Failed,
        problem: Some((code, missing)),
        condition: connection.condition,
        failures: state.failures,
        next_run: None,
        ran: Ran::Done,
    };
    match end {
        End::Done => works,
        End::Partial => After { result: RunResult::Partial, next_run: Some(now), ran: Ran::More, ..works },
        End::Halted { gone, of } => {
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let missing = Some([number(*gone), number(*of)]);
            After { result: RunResult::Halted, condition: Status::Halted, ..stopped(ProblemCode::MassDeletion, missing) }
        }
        End::NeedsReauth => After { condition: Status::NeedsReauth, ..stopped(ProblemCode::WrongCredential, None) },
        End::Oscillating => later(connection, state, ProblemCode::Oscillating, now),
        End::Misconfigured => later(connection, state, ProblemCode::AppMisconfigured, now),
        End::Failed(Failure::Limited { until }) => After {
            result: RunResult::Throttled,
            next_run: Some(*until),
            ran: Ran::Later(*until),
            ..stopped(ProblemCode::Throttled, None)
        },
        // The person is to choose; until then there is nothing to be done.
        End::Failed(Failure::ChooseList) => After { condition: Status::Pending, ..stopped(ProblemCode::ChooseList, None) },
        End::Failed(failure) => later(connection, state, code_of(failure), now),
    }
}

/// After a failure that may pass: again after a while, which grows.
fn later(connection: &Connection, state: &ConnectionState, code: ProblemCode, now: Timestamp) -> After {
    let failures = state.failures.saturating_add(1);
    let failed = failures >= schedule::FAILED_AFTER;
    let next = schedule::after_failures(failures, now);
    After {
        result: RunResult::Failed,
        problem: Some((code, None)),
        condition: if failed { Status::Failed } else { connection.condition },
        failures,
        next_run: Some(next),
        ran: if failed { Ran::Done } else { Ran::Later(next) },
    }
}

fn code_of(failure: &Failure) -> ProblemCode {
    match failure {
        Failure::Unauthorized => ProblemCode::WrongCredential,
        Failure::Forbidden | Failure::AddressNotAllowed => ProblemCode::Forbidden,
        Failure::NotFound => ProblemCode::NotFound,
        Failure::ChooseList => ProblemCode::ChooseList,
        Failure::Limited { .. } => ProblemCode::Throttled,
        Failure::Rejected(_) => ProblemCode::Rejected,
        Failure::Changed | Failure::CursorLost | Failure::Unreachable | Failure::Unknown | Failure::Malformed => {
            ProblemCode::Unreachable
        }
    }
}

fn counts(told: Told) -> RunCounts {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    RunCounts {
        seen: number(told.seen),
        created: number(told.created),
        updated: number(told.updated),
        deleted: number(told.deleted),
        pushed: number(told.pushed),
        conflicts: number(told.conflicts),
        failed: number(told.failed),
    }
}
