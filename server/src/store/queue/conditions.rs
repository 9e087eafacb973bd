//! What of the approvals list is wanted, as conditions on `approval a`, and in which order.

use domain::{
    queue::{Assignee, Sort, Standing},
    search::Question,
};

use super::{
    super::{
        delegation::in_force,
        search,
        statement::{Bind, Statement},
    },
    QueueCursor, QueueFilter,
};

/// A risk as a number: the highest is the least.
macro_rules! rank {
    () => {
        "CASE a.risk WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END"
    };
}

impl QueueFilter {
    /// Adds every condition that is set. The first value of the statement is the viewer, the second the time.
    pub(super) fn conditions(&self, is_sqlite: bool, to: &mut Statement) {
        self.statuses(to);
        if self.is_mine {
            to.push(concat!(" AND (", waits_for!("$1", "$2"), ")"));
        }
        if self.is_unclaimed {
            to.push(concat!(" AND ", unclaimed!("$2")));
        }
        if self.is_asked {
            to.push(" AND a.waiting");
        }
        if let Some(by) = self.due_by {
            to.push(" AND NOT a.waiting AND a.due_at <= ").bind(Bind::Time(by));
        }
        if let Some(since) = self.ended_since {
            to.push(" AND a.ended_at >= ").bind(Bind::Time(since));
        }
        if let Some(run) = self.run {
            to.push(" AND a.run_id = ").bind(Bind::Uuid(run.uuid()));
        }
        if let Some(person) = self.assigned_to {
            assigned(&Assignee::Person(person), to);
        }
        for (place, id) in self.not_among.iter().enumerate() {
            to.push(if place == 0 { " AND a.id NOT IN (" } else { ", " }).bind(Bind::Uuid(id.uuid()));
        }
        if !self.not_among.is_empty() {
            to.push(")");
        }
        self.filters(is_sqlite, to);
    }

    fn statuses(&self, to: &mut Statement) {
        let Some(statuses) = self.standing.and_then(Standing::statuses) else { return };
        // Words of a closed list, and part of the text: SQLite knows only then that the index of what waits will do.
        let words: Vec<String> = statuses.iter().map(|status| format!("'{status}'")).collect();
        match words.as_slice() {
            [one] => to.push(&format!(" AND a.status = {one}")),
            several => to.push(&format!(" AND a.status IN ({})", several.join(", "))),
        };
    }

    fn filters(&self, is_sqlite: bool, to: &mut Statement) {
        let filters = &self.filters;
        let equal = [
            (" AND a.risk = ", filters.risk.map(|risk| risk.as_str().to_owned())),
            (" AND a.gate_id = ", filters.gate.clone()),
            (" AND a.agent = ", filters.agent.clone()),
        ];
        for (condition, value) in equal {
            if let Some(value) = value {
                to.push(condition).bind(Bind::Text(value));
            }
        }
        if let Some(workflow) = &filters.workflow {
            to.push(" AND EXISTS (SELECT 1 FROM run r WHERE r.id = a.run_id AND r.workflow = ");
            to.bind(Bind::Text(workflow.clone())).push(")");
        }
        if let Some(assignee) = &filters.assignee {
            assigned(assignee, to);
        }
        if let Some(group) = &filters.waiting_for {
            to.push(
                " AND a.status = 'pending' AND EXISTS (SELECT 1 FROM approval_seat s WHERE s.approval_id = a.id AND s.is_open AND ",
            );
            to.bind(Bind::Text(group.clone())).push(" IN (s.group_name, a.raised_to))");
        }
        if let Some(typed) = &filters.search {
            search::condition(&Question::read(typed), is_sqlite, to);
        }
    }
}

/// Adds the condition that an approval is assigned so. What has ended is assigned to nobody, and not meant.
fn assigned(assignee: &Assignee, to: &mut Statement) {
    const AMONG: &str = " AND a.id IN (SELECT x.approval_id FROM approval_assignment x WHERE x.";
    const NOBODY: &str =
        " AND a.status = 'pending' AND NOT EXISTS (SELECT 1 FROM approval_assignment x WHERE x.approval_id = a.id)";
    match assignee {
        Assignee::Nobody => to.push(NOBODY),
        Assignee::Viewer => to.push(AMONG).push("person_id = $1)"),
        Assignee::Person(person) => to.push(AMONG).push("person_id = ").bind(Bind::Uuid(person.uuid())).push(")"),
        Assignee::Email(email) => {
            to.push(AMONG).push("person_id = (SELECT p.id FROM person p WHERE p.email = ");
            to.bind(Bind::Text(email.clone())).push("))")
        }
        Assignee::Group(group) => to.push(AMONG).push("group_name = ").bind(Bind::Text(group.clone())).push(")"),
    };
}

/// The order of rows.
pub(super) const fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Due => " ORDER BY a.waiting, a.due_at, a.id",
        Sort::Newest => " ORDER BY a.id DESC",
        Sort::Oldest => " ORDER BY a.id",
        Sort::Risk => concat!(" ORDER BY ", rank!(), ", a.waiting, a.due_at, a.id"),
    }
}

/// Adds the condition that a row comes after another.
pub(super) fn after(sort: Sort, cursor: QueueCursor, to: &mut Statement) {
    let id = Bind::Uuid(cursor.id.uuid());
    match sort {
        Sort::Newest => to.push(" AND a.id < ").bind(id),
        Sort::Oldest => to.push(" AND a.id > ").bind(id),
        Sort::Due => to.push(" AND (a.waiting, a.due_at, a.id) > (").bind(Bind::Flag(cursor.waiting)),
        Sort::Risk => {
            let rank = match cursor.risk {
                domain::workflow::Risk::High => 0,
                domain::workflow::Risk::Medium => 1,
                domain::workflow::Risk::Low => 2,
            };
            to.push(concat!(" AND (", rank!(), ", a.waiting, a.due_at, a.id) > (")).bind(Bind::Number(rank));
            to.push(", ").bind(Bind::Flag(cursor.waiting))
        }
    };
    if matches!(sort, Sort::Due | Sort::Risk) {
        to.push(", ").bind(Bind::Time(cursor.due_at)).push(", ").bind(Bind::Uuid(cursor.id.uuid())).push(")");
    }
}
