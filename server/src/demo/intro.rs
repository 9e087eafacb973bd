//! What the demo prints first: where, who, what will happen, how to stop.

use super::{
    Options,
    cast::{Cast, PEOPLE},
    story::{FAILING, Story},
    voice::Voice,
};

/// Prints the introduction.
pub fn give(voice: &Voice, url: &str, cast: &Cast, options: &Options) {
    voice.line("");
    voice.line(&format!("  Open       {url}"));
    voice.line(&format!("  Password   {}   (the same for everybody)", cast.password));
    voice.line("");
    for person in PEOPLE {
        voice.line(&format!("  {:<16} {:<38} {}", person.name, person.email, person.hint));
    }
    voice.line("");
    for line in what_happens(options) {
        voice.line(&format!("  {line}"));
    }
    voice.line("");
}

fn what_happens(options: &Options) -> Vec<String> {
    let (pace, repair) = (options.pace.as_secs(), options.repair.as_secs());
    let failing = Story::of(options.seed, FAILING).customer.name;
    vec![
        "Three agents work over HTTP: onboarding-agent opens accounts, support-agent and claims-agent refund. Within"
            .to_owned(),
        format!(
            "seconds some of their calls wait for people; another customer comes about every {pace} seconds. Decide,"
        ),
        "and watch the agent go on below. Accounts for high-risk customers need compliance and risk; Tomás has signed"
            .to_owned(),
        "some for risk already, so that Mira's signature wakes the agent. Refunds above 10,000 EUR need Priya alone."
            .to_owned(),
        String::new(),
        "claims-agent sleeps until a signed webhook wakes it. Its standby is down: what Priya decides about".to_owned(),
        format!(
            "{failing} stays in the queue as \"Resumption failed\" until the standby is up again {repair} seconds later."
        ),
        "Then Retry wakes the agent; nobody decides twice.".to_owned(),
        String::new(),
        "Ctrl-C stops everything. What waits is kept: start the demo again, and the agents wait for it again."
            .to_owned(),
    ]
}
