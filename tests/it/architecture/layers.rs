//! What the files of a slice are about, and what each may import for it.

use std::collections::BTreeMap;

use super::{DOMAINS, Source, file_of, is_module, sources, top};

/// What a file of a slice is about, from the innermost on. Each may import its own layer and those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    /// What things are and how they change: kernel only.
    Pure,
    /// How they are stored, listed and counted: store and ledger too.
    Storage,
    /// Use cases: domain and jobs too.
    UseCase,
    /// Bodies and handlers: web too, and no store.
    Edge,
    /// What the slice contributes.
    Module,
}

/// Files of slices, by their path below the domain's folder or by their name alone.
const LAYERS: &[(Layer, &[&str])] = &[
    (
        Layer::Pure,
        &[
            "model",
            "corrections",
            "patch",
            "breaks",
            "review",
            "note",
            "notes",
            "hours",
            "median",
            "gaps",
            "svg",
            "looks",
            "evolution",
            "mood",
            "needs",
            "png",
            "says",
            "schedule",
            "days",
            "share",
            "drawing/",
            "tag",
            "words",
            "recurrence",
            "agenda",
            "elsewhere",
            "external",
            "fields",
            "filter",
            "operations",
            "report",
            "selection",
            "series",
            "shown",
            "spent",
            "subtasks",
            "achievements",
            "entry",
            "goals",
            "plan",
            "streak",
            "texts",
            "xp",
            "lunch",
            "budget",
            "decide",
            "given",
            "run",
            "messages",
            "envelope",
            "keyring",
            "answer",
            "clients",
            "connections/settings",
            "base",
            "brake",
            "convert",
            "existence",
            "link",
            "merge",
            "oscillation",
            "outgoing",
            "overruled",
            "steps",
            "sync/asked",
            "project",
            "quiet",
            "limits/gcra",
            "limits/learned",
            "limits/local",
            "limits/quotas",
            "labour",
            "dated",
            "grammar/",
            "channels/links",
            "channels/state",
            "notifications/delivery",
            "notifications/event",
            "proposes",
            "spoken",
            "webhooks/verify/",
            "record",
            "predictions/ahead",
            "backtest",
            "forecast",
            "inputs",
            "levels",
            "methods",
            "personas",
            "risk",
            "situation",
            "rules",
            "choice",
            "made",
            "noticed",
            "narratives/day",
            "narratives/period",
            "narratives/story",
            "narratives/week",
            "webhooks/address",
            "phrasing/budget",
            "phrasing/check",
            "phrasing/digits",
            "phrasing/phrase",
            "phrasing/prompt",
            "dialogue/tool_slots",
            "dialogue/tools",
            "auth/model/",
            "settings/model/",
            "work_sessions/model/",
        ],
    ),
    (
        Layer::Storage,
        &[
            "repo",
            "booking",
            "counters",
            "seen",
            "standing",
            "timer",
            "entries",
            "recent",
            "ahead",
            "dates",
            "reminded",
            "overload",
            "sync/progress",
            "rotation",
            "credentials/accounts",
        ],
    ),
    (
        Layer::UseCase,
        &[
            "service",
            "gathered",
            "follow",
            "taken",
            "award",
            "worked",
            "forgotten",
            "forgotten_sessions",
            "bulk",
            "carry_over",
            "edits",
            "jobs",
            "life",
            "users/erasure",
            "users/former_deletions",
            "auth/attempts",
            "auth/budgets",
            "auth/liveness",
            "auth/passwords",
            "auth/registration",
            "auth/sessions",
            "auth/tokens",
            "open_streams",
            "at_work",
            "on_work",
            "look",
            "restoring",
            "running",
            "keys",
            "renewal",
            "issuer",
            "vault",
            "receiver",
            "refusals",
            "signing_keys",
            "opener",
            "removal",
            "scheduler",
            "limits/limited",
            "limits/limiter",
            "limits/shared",
            "sync/run",
            "pull",
            "push",
            "scan",
            "listing",
            "gone",
            "states",
            "overview",
            "end",
            "acts",
            "task_acts",
            "dialogue/asks",
            "telling",
            "undo",
            "announcer",
            "deliver",
        ],
    ),
    (
        Layer::Edge,
        &["http", "http/", "render", "stream", "view", "bodies", "query", "report_view", "listed", "members", "public"],
    ),
    (Layer::Module, &["mod"]),
];

fn layer(source: &Source) -> Option<Layer> {
    let below = source.path.split_once('/').map_or("", |(_, below)| below);
    let is = |name: &&str| match name.strip_suffix('/') {
        Some(folder) => below.starts_with(*name) || below == folder,
        None => below == *name || source.file() == *name,
    };
    // A path says more than a name.
    let by = |paths: bool| LAYERS.iter().find(|(_, names)| names.iter().any(|name| name.contains('/') == paths && is(name)));
    by(true).or_else(|| by(false)).map(|(layer, _)| *layer)
}

#[test]
fn files_of_a_slice_import_what_their_layer_allows() {
    let sources = sources();
    let domains: Vec<&Source> = sources.iter().filter(|source| DOMAINS.contains(&top(&source.path))).collect();
    let layers: BTreeMap<&str, Layer> = domains
        .iter()
        .map(|source| (source.path.as_str(), layer(source).unwrap_or_else(|| panic!("src/{}.rs is in no layer", source.path))))
        .collect();
    for source in domains {
        let own = layers[source.path.as_str()];
        for import in source.imports().into_iter().filter(|import| is_module(top(import))) {
            let allowed = match top(&import) {
                "kernel" => true,
                "store" => own == Layer::Storage || own == Layer::UseCase,
                "ledger" => (Layer::Storage..=Layer::UseCase).contains(&own),
                "domain" => own >= Layer::UseCase,
                "jobs" => own == Layer::UseCase,
                "web" => own >= Layer::Edge,
                _ => file_of(&import, |path| layers.contains_key(path)).is_none_or(|file| layers[file.as_str()] <= own),
            };
            assert!(allowed, "src/{}.rs ({own:?}) must not import {import}", source.path);
        }
    }
}
