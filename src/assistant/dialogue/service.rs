//! The one use case of the dialogue: a turn is understood, carried out once, and answered.

use std::sync::Arc;

use super::{
    model::{Answer, Command, Confirmation, Op, Said, Sentence, Token, UnderstoodBy},
    proposes::{NotUnderstood, Proposal, Proposes},
    repo::{Acted, CONFIRMATION, Kept, Reversal, What},
    spoken::{Spoken, Turn, name},
    tools::is_offered,
};
use crate::{
    accounts::settings::model::Settings,
    companion::service::CompanionService,
    domain::Shared,
    interaction::grammar::{
        model::{Intent, Outcome, Slots, Speaker},
        parse::parse,
    },
    kernel::{Code, Created, Ctx, Error, IdempotencyKey, Owner, Result},
    ledger::{Decision, Ledger},
    texts::{Arg, text},
    wellbeing::{
        check_ins::service::CheckInService, hydration::service::DrinkService, meals::service::MealService,
        rests::service::RestService,
    },
    work::{
        days::service::DayService,
        stats::service::StatsService,
        tasks::{elsewhere::Elsewhere, service::TaskService},
        work_sessions::{on_work::OnWork, service::WorkSessionService},
    },
};

#[derive(Debug, Clone)]
pub struct DialogueService {
    pub(super) ledger: Ledger,
    pub(super) tasks: TaskService,
    pub(super) sessions: WorkSessionService,
    pub(super) drinks: DrinkService,
    pub(super) meals: MealService,
    pub(super) rests: RestService,
    pub(super) check_ins: CheckInService,
    pub(super) stats: StatsService,
    pub(super) days: DayService,
    pub(super) companion: CompanionService,
    proposes: Option<Arc<dyn Proposes>>,
}

/// What a turn came to.
struct Done {
    intent: Option<Intent>,
    by: UnderstoodBy,
    spoken: Spoken,
    reversal: Option<Reversal>,
    /// What is done once it is confirmed, in words.
    confirm: Option<(Command, String)>,
    near: Vec<Intent>,
}

impl Done {
    fn new(intent: Option<Intent>, by: UnderstoodBy, (spoken, reversal): Acted) -> Self {
        Self { intent, by, spoken, reversal, confirm: None, near: Vec::new() }
    }
}

impl DialogueService {
    pub fn new(
        shared: &Shared,
        on_work: Arc<dyn OnWork>,
        elsewhere: Arc<dyn Elsewhere>,
        proposes: Option<Arc<dyn Proposes>>,
    ) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            tasks: TaskService::new(shared, elsewhere),
            sessions: WorkSessionService::new(shared).on_work(on_work),
            drinks: DrinkService::new(shared),
            meals: MealService::new(shared),
            rests: RestService::new(shared),
            check_ins: CheckInService::new(shared),
            stats: StatsService::new(shared),
            days: DayService::new(shared),
            companion: CompanionService::new(shared),
            proposes,
        }
    }

    /// Takes a turn. Errors: `ConfirmationExpired` for a token that was used, is late or is none of the owner's;
    /// `IdempotencyKeyReused`; `NotFound` when there is no such user; those of what is carried out.
    pub async fn answer(&self, ctx: &Ctx, owner: Owner, said: &Said, key: Option<&IdempotencyKey>) -> Result<Created<Answer>> {
        let (first, settings, days) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let first = change.replayed::<Answer>(key).await?;
                    Ok(Decision::Keep((first, Settings::of(&change.summary)?, change.summary.day_rule())))
                })
            })
            .await?;
        if let Some(first) = first {
            return Ok(first);
        }
        let turn = Turn { ctx, owner, settings, days, key: key.map(|key| key.of_part(0)) };
        let done = match said {
            Said::Text(sentence) => self.hear(&turn, sentence).await?,
            Said::Confirmed(token) => {
                let command = self.confirmed(owner, *token).await?;
                let by = UnderstoodBy::Rules;
                Done::new(Some(command.intent), by, self.carry_out(&turn, &command).await?)
            }
        };
        self.keep(&turn, &done, key).await
    }

    /// Understands a sentence, and does what it says unless that has to be confirmed.
    async fn hear(&self, turn: &Turn<'_>, sentence: &Sentence) -> Result<Done> {
        let speaker = turn.speaker();
        let understood = parse(sentence.as_str(), &speaker);
        let near = match understood.outcome {
            Outcome::Known(Intent::EndWork, _) if understood.bare_stop && self.is_resting(turn).await? => {
                return self.act(turn, Command::new(Intent::EndRest, Slots::default()), UnderstoodBy::Rules).await;
            }
            Outcome::Known(intent, slots) => return self.act(turn, Command::new(intent, *slots), UnderstoodBy::Rules).await,
            Outcome::Unknown(near) => near,
        };
        if let Some(proposal) = self.proposed(turn, sentence, &speaker).await {
            return self.act(turn, Command::new(proposal.intent, proposal.slots), UnderstoodBy::Model).await;
        }
        let names: Vec<String> = near.iter().map(|intent| format!("\"{}\"", text(turn.language(), name(*intent), &[]))).collect();
        let spoken = turn.say("dialogue_unknown", &[("near", Arg::Text(&names.join(", ")))]);
        Ok(Done { near: near.to_vec(), ..Done::new(None, UnderstoodBy::Rules, (spoken, None)) })
    }

    /// What a model proposes, where its person lets it read what they say.
    async fn proposed(&self, turn: &Turn<'_>, text: &Sentence, speaker: &Speaker) -> Option<Proposal> {
        let proposes = self.proposes.as_ref().filter(|_| turn.settings.model_reads_sentences)?;
        let proposal = proposes.propose(turn.ctx, NotUnderstood { owner: turn.owner, text, speaker }).await?;
        is_offered(proposal.intent).then_some(proposal)
    }

    /// Carries a command out, or asks first: where a model proposed it and it changes anything, and where it changes several things.
    async fn act(&self, turn: &Turn<'_>, command: Command, by: UnderstoodBy) -> Result<Done> {
        let mut command = command;
        let mut title = None;
        let mut asks = by == UnderstoodBy::Model && !command.intent.reads();
        match command.intent {
            Intent::CompleteTask if asks => match self.meant(turn, &command).await? {
                Ok(task) => {
                    command.task = Some(task.id);
                    title = Some(task.title.as_str().to_owned());
                }
                Err(spoken) => return Ok(Done::new(Some(command.intent), by, (spoken, None))),
            },
            Intent::Undo => {
                let Some(undone) = self.undoable(turn).await? else {
                    return Ok(Done::new(Some(command.intent), by, (turn.say("dialogue_nothing_to_undo", &[]), None)));
                };
                command.undone = Some(undone.command);
                // What changed one thing is undone at once, since it is exactly what the caller did last.
                asks |= undone.touches_several();
                title = Some(undone.said);
            }
            _ => {}
        }
        if !asks {
            return Ok(Done::new(Some(command.intent), by, self.carry_out(turn, &command).await?));
        }
        let what = turn.described(&command, title.as_deref());
        let spoken = turn.say("dialogue_confirm", &[("what", Arg::Text(&what))]);
        Ok(Done { confirm: Some((command.clone(), what)), ..Done::new(Some(command.intent), by, (spoken, None)) })
    }

    /// Carries a command out. What contradicts the rules or what exists is said, and nothing is done.
    async fn carry_out(&self, turn: &Turn<'_>, command: &Command) -> Result<Acted> {
        let refused = |code| matches!(code, Code::InvalidField | Code::SessionsOverlap | Code::RestsOverlap);
        match self.execute(turn, command).await {
            Err(error) if refused(error.code()) => Ok((turn.say("dialogue_refused", &[]), None)),
            acted => acted,
        }
    }

    async fn execute(&self, turn: &Turn<'_>, command: &Command) -> Result<Acted> {
        let slots = &command.slots;
        let told = |spoken: Spoken| (spoken, None);
        match command.intent {
            Intent::StartWork => self.start_work(turn, slots).await,
            Intent::EndWork => self.change_work(turn, slots, Op::End).await,
            Intent::PauseWork => self.change_work(turn, slots, Op::Pause).await,
            Intent::ResumeWork => self.change_work(turn, slots, Op::Resume).await,
            Intent::AddTask => self.add_task(turn, slots).await,
            Intent::CompleteTask => match self.meant(turn, command).await? {
                Ok(task) => self.complete_task(turn, &task).await,
                Err(spoken) => Ok(told(spoken)),
            },
            Intent::ListTasks => self.list_tasks(turn, slots).await.map(told),
            Intent::LogWater => self.log_water(turn, slots).await,
            Intent::LogMeal => self.log_meal(turn, slots).await,
            Intent::StartRest => self.start_rest(turn, slots).await,
            Intent::EndRest => self.end_rest(turn).await,
            Intent::LogEnergy => self.log_energy(turn, slots).await,
            Intent::ShowStats => self.tell_today(turn).await.map(told),
            Intent::ShowWeek => self.tell_week(turn).await.map(told),
            Intent::ShowCompanion => self.tell_companion(turn).await.map(told),
            Intent::Help => Ok(told(turn.say("dialogue_help", &[]))),
            Intent::Undo => {
                let undoable = self.undoable(turn).await?.filter(|undoable| command.undone == Some(undoable.command));
                let Some(undoable) = undoable else { return Ok(told(turn.say("dialogue_nothing_to_undo", &[]))) };
                self.undo(turn, &undoable).await.map(told)
            }
        }
    }

    /// What a token is for, which it then is no more. Errors: `ConfirmationExpired`.
    async fn confirmed(&self, owner: Owner, Token(token): Token) -> Result<Command> {
        let expired = || Error::new(Code::ConfirmationExpired, "This confirmation was used already, or is too late");
        let token = token.ok_or_else(expired)?;
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = Kept::find(change, &token.to_string()).await?.ok_or_else(expired)?;
                    let What::Confirm { command } = read.value.what.clone() else { return Err(expired()) };
                    change.remove(&read);
                    Ok(Decision::Write(command))
                })
            })
            .await
    }

    /// Keeps what the next turns may refer to, and answers.
    async fn keep(&self, turn: &Turn<'_>, done: &Done, key: Option<&IdempotencyKey>) -> Result<Created<Answer>> {
        let Done { spoken, reversal, confirm, .. } = done;
        if key.is_none() && reversal.is_none() && confirm.is_none() && spoken.listed.is_empty() {
            return Ok(Created::now(done.answer(None)));
        }
        self.ledger
            .run(turn.owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed::<Answer>(key).await? {
                        return Ok(Decision::Keep(first));
                    }
                    let now = change.now();
                    let mut confirmation = None;
                    if let Some((command, what)) = confirm {
                        let token = change.next_id();
                        Kept::to_confirm(token, command.clone(), now).keep(change).await?;
                        confirmation = Some(Confirmation { token, text: what.clone(), expires_at: now.plus(CONFIRMATION) });
                    }
                    if let Some(reversal) = reversal {
                        Kept::to_undo(change.version(), reversal.clone(), spoken.text.clone(), now).keep(change).await?;
                    }
                    if !spoken.listed.is_empty() {
                        Kept::listed(spoken.listed.clone(), now).keep(change).await?;
                    }
                    let answer = done.answer(confirmation);
                    change.remember(key, &answer)?;
                    Ok(Decision::Write(Created::now(answer)))
                })
            })
            .await
    }
}

impl Done {
    fn answer(&self, confirm: Option<Confirmation>) -> Answer {
        Answer {
            intent: self.intent.map_or("unknown", Intent::name).to_owned(),
            key: self.spoken.key.to_owned(),
            text: self.spoken.text.clone(),
            understood_by: self.by,
            did: self.spoken.did.clone(),
            confirm,
            near: self.near.clone(),
        }
    }
}
