//! Has stories phrased, beside the requests that ask for them.

use std::{fmt, sync::Arc};

use tokio::{sync::Semaphore, task::JoinHandle, time::timeout};

use super::{
    budget::ModelTokens,
    check::paragraphs,
    phrase::{HOLD, Phrase},
    prompt::Prompt,
};
use crate::{
    assistant::narratives::story::Story,
    choice,
    domain::Shared,
    kernel::{Clock, Owner, RequestId, Result},
    ledger::{Decision, Ledger},
    outbound::model::{Ended, Model, Said, Unanswered},
    store::{Collection, Partition},
    texts::Language,
};

/// How many stories are phrased at once. Of others the rules' text stays until somebody asks again.
const AT_ONCE: usize = 4;

choice!(
    /// Who has put a text into words.
    WrittenBy as "WrittenBy",
    Rules = "rules",
    Model = "model",
);

/// A story, and in whose words.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrased {
    pub story: Story,
    pub written_by: WrittenBy,
}

/// What a model makes of stories. Cloned, it is the same.
#[derive(Clone)]
pub struct Phrasing(Arc<Parts>);

struct Parts {
    ledger: Ledger,
    phrases: Collection<Phrase>,
    clock: Arc<dyn Clock>,
    model: Option<Arc<Model>>,
    turns: Arc<Semaphore>,
}

impl Phrasing {
    /// Without a model everything stays in the words of the rules, and nothing is read or written.
    pub fn new(shared: &Shared, model: Option<Arc<Model>>) -> Self {
        let (ledger, clock) = (shared.ledger.clone(), Arc::clone(&shared.clock));
        Self(Arc::new(Parts { phrases: ledger.collection(), ledger, clock, model, turns: Arc::new(Semaphore::new(AT_ONCE)) }))
    }

    /// The story in a model's words, where they are there already; else as it is, and a model is asked meanwhile, whose words are
    /// there when somebody asks again. Waits for one read of the store at most, and for no model.
    pub async fn phrased(&self, owner: Owner, language: Language, story: Story) -> Result<Phrased> {
        let by_rules = |story| Phrased { story, written_by: WrittenBy::Rules };
        let Some(model) = &self.0.model else { return Ok(by_rules(story)) };
        let Some(prompt) = Prompt::about(language, &story, model.name()) else { return Ok(by_rules(story)) };
        let known = self.0.phrases.get(Partition::of(owner.id()), prompt.id.as_str()).await?.map(|known| known.value);
        match known {
            Some(Phrase { paragraphs: Some(texts), .. }) => {
                return Ok(Phrased { story: said(story, texts), written_by: WrittenBy::Model });
            }
            Some(waits) if !waits.is_wanted(self.0.clock.now()) => {}
            _ => drop(self.start(owner, language, story.clone(), prompt)),
        }
        Ok(by_rules(story))
    }

    /// Begins to ask, unless as many are asked about already as may be. It goes on when the request is over, for three minutes at
    /// most. A process that ends meanwhile leaves a phrase that is tried again after that time.
    #[expect(clippy::disallowed_methods, reason = "no request waits for a model; what is lost is a text that is asked for again")]
    pub(super) fn start(&self, owner: Owner, language: Language, story: Story, prompt: Prompt) -> Option<JoinHandle<()>> {
        let turn = Arc::clone(&self.0.turns).try_acquire_owned().ok()?;
        let phrasing = self.clone();
        let work = async move {
            let _turn = turn;
            match timeout(HOLD, phrasing.phrase(owner, language, &story, prompt)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(error = %error.chain(), "a story was not phrased"),
                Err(_) => tracing::warn!("a story was not phrased in time"),
            }
        };
        Some(match RequestId::current() {
            Some(request) => tokio::spawn(request.around(work)),
            None => tokio::spawn(work),
        })
    }

    async fn phrase(&self, owner: Owner, language: Language, story: &Story, prompt: Prompt) -> Result<()> {
        let Some(model) = &self.0.model else { return Ok(()) };
        let Some(reserved) = self.begin(owner, &prompt).await? else { return Ok(()) };
        let answer = model.ask(&prompt.question()).await;
        let used = prompt.question().used(&answer);
        let checked = match answer {
            Ok(Said { text, ended: Ended::ByItself, .. }) => paragraphs(language, story, &text).map_or_else(
                |wrong| {
                    // What is wrong with it, never what it says.
                    tracing::info!(?wrong, "what a model said was thrown away");
                    Outcome::ThrownAway
                },
                Outcome::Text,
            ),
            Ok(_) | Err(Unanswered::Filtered) => Outcome::ThrownAway,
            Err(_) => Outcome::Nothing,
        };
        self.end(owner, &prompt, reserved, used, &checked).await
    }

    /// Reserves what it may cost, and keeps that it has begun; `None` when another has, or nothing is left of the date.
    async fn begin(&self, owner: Owner, prompt: &Prompt) -> Result<Option<ModelTokens>> {
        let phrases = &self.0.phrases;
        let begun = self.0.ledger.run(owner, |change| {
            Box::pin(async move {
                let known = phrases.get(Partition::of(owner.id()), prompt.id.as_str()).await?;
                if known.as_ref().is_some_and(|known| !known.value.is_wanted(change.now())) {
                    return Ok(Decision::Keep(None));
                }
                let Some(reserved) = ModelTokens::reserve(change, prompt.question().cost())? else {
                    return Ok(Decision::Keep(None));
                };
                change.put(&Phrase::begun(prompt.id.clone(), change.now()), known.as_ref())?;
                Ok(Decision::Write(Some(reserved)))
            })
        });
        begun.await
    }

    /// Keeps what came of it, and counts what it came to.
    async fn end(&self, owner: Owner, prompt: &Prompt, reserved: ModelTokens, used: u32, outcome: &Outcome) -> Result<()> {
        let phrases = &self.0.phrases;
        let ended = self.0.ledger.run(owner, |change| {
            Box::pin(async move {
                let known = phrases.get(Partition::of(owner.id()), prompt.id.as_str()).await?;
                reserved.settle(change, prompt.question().cost(), used)?;
                let (id, now) = (prompt.id.clone(), change.now());
                let phrase = match outcome {
                    Outcome::Text(texts) => Phrase::answered(id, texts.clone(), now),
                    Outcome::ThrownAway => Phrase::thrown_away(id, now),
                    Outcome::Nothing => Phrase::unanswered(id, now),
                };
                change.put(&phrase, known.as_ref())?;
                Ok(Decision::Write(()))
            })
        });
        ended.await
    }
}

/// What came of a question.
enum Outcome {
    Text(Vec<String>),
    ThrownAway,
    Nothing,
}

impl fmt::Debug for Phrasing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phrasing").field("model", &self.0.model).finish_non_exhaustive()
    }
}

/// The story with other texts over the same facts.
fn said(mut story: Story, texts: Vec<String>) -> Story {
    for (paragraph, text) in story.paragraphs.iter_mut().zip(texts) {
        paragraph.text = text;
    }
    story
}
