//! What is asked about.

/// A kind of thing that an address or a form names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thing {
    /// Nothing of its own.
    Nothing,
    /// A run.
    Run,
    /// A run with a stage that is active and could be completed.
    Active,
    /// A run with an effect of a failed stage that the harness is to undo.
    Undoing,
    /// A run with one that needs a person.
    Stuck,
    /// A run with a step that was begun.
    Stepped,
    /// A handoff package.
    Handoff,
    /// An approval that waits.
    Waiting,
    /// An approval whose reviewer asked for information.
    Asked,
    /// A decided approval whose session could not be woken.
    Unwoken,
    /// An escalation that is open.
    Escalation,
    /// A concern that is open.
    Concern,
    /// A closure that stopped, and whose follow-up is resolved.
    Closure,
    /// A closure that stopped, and whose follow-up is open.
    Stopped,
    /// A closure that stopped in part, and whose file is not as it was left.
    Drifted,
    /// A closure that is in the sample, and waits for a look.
    Sampled,
    /// What a closure handed over.
    FollowUp,
    /// A resumption that no runner takes.
    Resumption,
    /// A workflow, by name.
    Workflow,
    /// A workflow whose first version waits for a second administrator.
    Proposal,
    /// An event, by its number.
    Leaf,
    /// A group, by name.
    Group,
    /// A person.
    Person,
    /// A person who is disabled.
    DisabledPerson,
    /// A key.
    Key,
    /// Somebody who is away, and the delegation by which Dev decides for them.
    Delegation,
    /// An endpoint, by name.
    Endpoint,
    /// An endpoint that is disabled.
    DisabledEndpoint,
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// There is nothing to own.
    Any,
    /// It is there, and of no run.
    There,
    /// It belongs to the run of the keys that are bound to one.
    Own,
    /// It belongs to another run.
    Other,
    /// There is none with that id.
    Missing,
}

impl Thing {
    /// Whose it can be.
    pub const fn kinds(self) -> &'static [Which] {
        match self {
            Self::Nothing => &[Which::Any],
            Self::Run
            | Self::Active
            | Self::Undoing
            | Self::Stuck
            | Self::Handoff
            | Self::Waiting
            | Self::Asked
            | Self::Unwoken
            | Self::Escalation
            | Self::Concern
            | Self::Closure
            | Self::Stopped
            | Self::Drifted
            | Self::Sampled
            | Self::FollowUp => &[Which::Own, Which::Other, Which::Missing],
            _ => &[Which::There, Which::Missing],
        }
    }
}

impl Which {
    /// The end of the row's head.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Any | Self::There => "",
            Self::Own => ", own",
            Self::Other => ", other's",
            Self::Missing => ", missing",
        }
    }
}
