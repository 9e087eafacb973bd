//! What the console shows of workflows: the list, and one version with what it is used for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use domain::{
    Actor, Refusal, SystemActor,
    id::PersonId,
    permission::Action,
    workflow::{
        Workflow,
        comparison::{begin, compare},
        shown::{
            Changes, Contents, GateUse, Review, Running, Unstaffed, VersionRow, WorkflowList, WorkflowPage,
            WorkflowQuery, WorkflowRow,
        },
        standing::Standing,
    },
};
use uuid::Uuid;

use super::{diff, proposal};
use crate::{
    desk::{Caller, Desk, PersonCaller},
    error::Result,
    rules::definition,
    store::{self, Tx, entitlement::Staff, workflow::Published},
};

/// Rows of a page of the list.
const ROWS: usize = 50;
/// Versions that are listed.
const VERSIONS: usize = 50;
/// What "last 30 days" means.
const MONTH: TimeDelta = TimeDelta::days(30);
/// The gate evidence names for tools no gate names.
const DEFAULT: &str = "default";

impl Desk {
    /// A page of the console's list.
    pub async fn workflow_list(&self, viewer: &PersonCaller, cursor: Option<&str>) -> Result<WorkflowList> {
        let caller = Caller::Person(viewer.clone());
        let mut found = self.list_workflows(&caller, cursor, u32::try_from(ROWS).unwrap_or(50) + 1).await?;
        let has_more = found.len() > ROWS;
        found.truncate(ROWS);
        let next_cursor = found.last().filter(|_| has_more).map(|last| last.version.name.clone());
        let mut tx = self.database.read().await?;
        let names: Vec<String> = found.iter().map(|published| published.version.name.clone()).collect();
        let running = store::workflow::list_running(&mut tx, &names).await?;
        let people = store::entitlement::names(&mut tx, found.iter().map(|published| published.published_by)).await?;
        let proposed = store::standing::list_proposed(&mut tx, &names).await?;
        drop(tx);
        let row = |published: Published| WorkflowRow {
            contents: definition::parse(&published.source).ok().map(|workflow| Contents::of(&workflow)),
            running: of_workflow(&running, &published.version.name),
            published_by: named(published.published_by, &people),
            published_at: published.published_at,
            version: published.version.version,
            is_live: published.standing.is_in_force(),
            proposed: proposed.iter().find(|(name, _)| *name == published.version.name).map(|(_, version)| *version),
            title: published.title,
            name: published.version.name,
        };
        Ok(WorkflowList {
            now: self.database.clock().now(),
            rows: found.into_iter().map(row).collect(),
            next_cursor,
            is_continued: cursor.is_some(),
            may_publish: caller.authorize(Action::PublishWorkflow).is_ok(),
        })
    }

    /// Everything the page of a workflow shows.
    ///
    /// # Errors
    /// `not_found` for an unknown name or version.
    pub async fn workflow_page(&self, viewer: &PersonCaller, query: &WorkflowQuery) -> Result<WorkflowPage> {
        let caller = Caller::Person(viewer.clone());
        let name = &query.name;
        let shown = self.find_workflow(&caller, name, query.version).await?;
        let mut tx = self.database.read().await?;
        let mut versions = store::workflow::list_versions(&mut tx, name, bounded(VERSIONS + 1)).await?;
        let has_older = versions.len() > VERSIONS;
        versions.truncate(VERSIONS);
        let running = of_workflow(&store::workflow::list_running(&mut tx, std::slice::from_ref(name)).await?, name);
        let live = proposal::in_force(&mut tx, name).await?.map(|live| live.version.version);
        let publishers = versions.iter().chain([&shown]).map(|published| published.published_by);
        let people = store::entitlement::names(&mut tx, publishers).await?;
        let definition = definition::parse(&shown.source).ok();
        let used = self.used(&mut tx, name, definition.as_ref()).await?;
        let unstaffed = unstaffed(&mut tx, definition.as_ref()).await?;
        let changes = if query.changes { changes_before(&mut tx, &shown, query.from, &running).await? } else { None };
        let row = |published: &Published| VersionRow {
            version: published.version.clone(),
            published_at: published.published_at,
            published_by: named(published.published_by, &people),
            running: on_version(&running, published.version.version),
            status: published.standing.status(),
        };
        let review = reviewed(&mut tx, viewer, &shown).await?;
        Ok(WorkflowPage {
            now: self.database.clock().now(),
            live,
            review,
            versions: versions.iter().map(row).collect(),
            shown: row(&shown),
            title: shown.title,
            source: shown.source,
            may_publish: caller.authorize(Action::PublishWorkflow).is_ok(),
            has_older,
            definition,
            used,
            unstaffed,
            changes,
        })
    }

    async fn used(&self, tx: &mut Tx, name: &str, definition: Option<&Workflow>) -> Result<BTreeMap<String, GateUse>> {
        let gates = definition.iter().flat_map(|workflow| &workflow.gates).map(|gate| gate.id.clone());
        let gates: Vec<String> = gates.chain([DEFAULT.to_owned()]).collect();
        let since = self.database.clock().now() - MONTH;
        let mut used: BTreeMap<String, GateUse> = BTreeMap::new();
        for (gate, more) in store::workflow::list_used(tx, name, &gates, since).await? {
            let sum = used.entry(gate).or_default();
            sum.decided += more.decided;
            sum.blocked += more.blocked;
        }
        Ok(used)
    }
}

/// How a version stands, as its page says it.
async fn reviewed(tx: &mut Tx, viewer: &PersonCaller, shown: &Published) -> Result<Option<Review>> {
    let by = |person: PersonId| Actor::Person(person);
    let settled = match &shown.standing {
        Standing::Confirmed { by: person, .. } | Standing::Declined { by: person, .. } => Some(by(*person)),
        Standing::Narrow | Standing::Unseconded | Standing::Proposed => None,
    };
    let names = store::entitlement::names(tx, settled).await?;
    let name = |person: &PersonId| named(by(*person), &names);
    Ok(match &shown.standing {
        Standing::Narrow => None,
        Standing::Unseconded => Some(Review::Unseconded),
        Standing::Confirmed { by, at } => Some(Review::Confirmed { by: name(by), at: *at }),
        Standing::Declined { by, at, reason } => {
            Some(Review::Declined { by: name(by), at: *at, reason: reason.clone() })
        }
        Standing::Proposed => Some(match proposal::overtaken(tx, shown).await? {
            Some(by) => Review::Overtaken { by },
            None => Review::Waits { hindrance: proposal::hindrance(tx, viewer, shown).await? },
        }),
    })
}

/// What changed from an earlier version; `None` for the first one.
async fn changes_before(
    tx: &mut Tx,
    shown: &Published,
    from: Option<u32>,
    running: &[Running],
) -> Result<Option<Changes>> {
    let to = shown.version.version;
    // What waits is held against what it would replace, if only nothing.
    let base = match (from, shown.standing.is_in_force()) {
        (None, false) => match proposal::in_force(tx, &shown.version.name).await? {
            Some(live) => Some(live.version.version),
            None => return Ok(definition::parse(&shown.source).ok().map(|first| from_nothing(shown, &first))),
        },
        (Some(_), _) | (None, true) => from.or_else(|| to.checked_sub(1)),
    };
    let Some(from) = base.filter(|from| *from > 0) else { return Ok(None) };
    let earlier = store::workflow::find_version(tx, &shown.version.name, from).await?;
    let earlier = earlier.ok_or_else(|| Refusal::not_found("version of this workflow"))?;
    Ok(Some(Changes { to: Some(to), ..changes(&earlier, &shown.source, on_version(running, from)) }))
}

/// What a version does that nothing did before.
fn from_nothing(shown: &Published, first: &Workflow) -> Changes {
    Changes {
        from: 0,
        to: Some(shown.version.version),
        lines: diff::lines("", &shown.source),
        comparison: Some(begin(first)),
        running: 0,
    }
}

/// What a text would change about a published version.
pub(super) fn changes(earlier: &Published, source: &str, running: u32) -> Changes {
    let read = (definition::parse(&earlier.source), definition::parse(source));
    let comparison = match read {
        (Ok(before), Ok(after)) => Some(compare(&before, &after)),
        (Err(_), _) | (_, Err(_)) => None,
    };
    Changes {
        from: earlier.version.version,
        to: None,
        lines: diff::lines(&earlier.source, source),
        comparison,
        running,
    }
}

/// Groups whose seats the policies ask for and nobody, or too few, could fill, those it is raised to in vain, and those
/// that samples of closures would wait for.
pub(in crate::desk) async fn unstaffed(tx: &mut Tx, definition: Option<&Workflow>) -> Result<Vec<Unstaffed>> {
    let mut needed: BTreeMap<String, u32> = BTreeMap::new();
    let policies = || definition.iter().flat_map(|workflow| workflow.policies.values());
    for raise in policies().filter_map(|policy| policy.raise.as_ref()) {
        needed.entry(raise.to.clone()).or_default();
    }
    for seats in policies().flat_map(|policy| &policy.approve) {
        let needs = needed.entry(seats.group.clone()).or_default();
        *needs = seats.count.max(*needs);
    }
    let sampled = definition.iter().flat_map(|workflow| &workflow.closure).filter_map(|rule| rule.sample.as_ref());
    let lookers: BTreeSet<String> = sampled.map(|sample| sample.by.clone()).collect();
    let only_looks: BTreeSet<String> = lookers.into_iter().filter(|group| !needed.contains_key(group)).collect();
    needed.extend(only_looks.iter().map(|group| (group.clone(), 0)));
    let groups: Vec<String> = needed.keys().cloned().collect();
    let staff = store::entitlement::count_staff(tx, &groups).await?;
    let short = needed.into_iter().filter_map(|(group, needs)| {
        let Staff { members, reviewers: has } = staff.get(&group).copied().unwrap_or_default();
        let only_looks = only_looks.contains(&group);
        (has < needs.max(1)).then_some(Unstaffed { group, members, has, needs, only_looks })
    });
    Ok(short.collect())
}

pub(super) fn of_workflow(running: &[(String, Running)], name: &str) -> Vec<Running> {
    running.iter().filter(|(of, _)| of == name).map(|(_, running)| *running).collect()
}

pub(super) fn on_version(running: &[Running], version: u32) -> u32 {
    running.iter().find(|of| of.version == version).map_or(0, |of| of.runs)
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whoever published, as people call them.
fn named(actor: Actor, names: &HashMap<Uuid, String>) -> String {
    let known = |id: Uuid, otherwise: String| names.get(&id).cloned().unwrap_or(otherwise);
    match actor {
        Actor::Person(id) => known(id.uuid(), id.to_string()),
        Actor::Key(id) => known(id.uuid(), id.to_string()),
        Actor::System(SystemActor::CommandLine) => "the command line".to_owned(),
        Actor::System(part) => part.to_string(),
    }
}
