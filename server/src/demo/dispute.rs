//! A customer disputes three invoices: each is looked into for itself, all at once, and then people get the case with
//! what was found.

use serde_json::{Value, json};

use super::{
    Trouble,
    agent::Agent,
    story::{Refund, Story},
};

/// How much of the refund each invoice is about, in hundredths; the last one takes what is left.
const SHARES: [u64; 2] = [24, 19];
const TITLES: [(&str, &str); 3] = [
    ("Wrong fuel surcharge", "18 % applied, the contract says 11 %."),
    ("Wrong fuel surcharge, second depot", "The same table was applied to the second depot."),
    ("Billed twice", "The agent before me said that a credit note was issued. It was drafted, and never posted."),
];

/// Looks into each invoice and hands the case over.
pub async fn play(agent: &mut Agent, story: &Story, wanted: &Refund) -> Result<(), Trouble> {
    let parts = parts(wanted.cents);
    let shared = json!({"customer_id": story.customer.id, "order": wanted.order, "contract": "freight-2026"});
    let mut concerns = Vec::new();
    for (place, (title, _)) in TITLES.iter().enumerate() {
        let kind = if place == 2 { "duplicate" } else { "overcharged" };
        let matter = json!({"title": title, "kind": kind, "refs": [invoice(story, place)], "shared_context": shared});
        concerns.push(agent.open_concern(&format!("{place}"), &matter).await?);
    }
    agent.tell("disputes three invoices; each is looked into for itself");
    let of = |place: usize| found(story, place, parts[place]);
    let looked_into = [of(0), of(1), of(2)];
    let [one, two, three] = [0, 1, 2].map(|place: usize| agent.investigate(&concerns[place], &looked_into[place]));
    let (one, two, three) = tokio::join!(one, two, three);
    one.and(two).and(three)?;
    let total = euros(wanted.cents);
    agent.unify(&format!("One refund of {total} EUR for all three invoices, and the credit note is posted.")).await?;
    let summary = json!({
        "customer_id": story.customer.id,
        "root_cause_analysis": "A tariff table carried last year's fuel surcharge and was applied to two of the three invoices. The \
            third was billed twice, because its credit note was never posted.",
        "refund_amount": money(wanted.cents),
        "recommended_action": format!("Refund {total} EUR in one payment, and post the credit note."),
        "told": "We found errors on your invoices. A person is checking the refund and you will hear from us today.",
    });
    agent.escalate("disputed", &summary).await?;
    agent.tell("hands the case over to people with what was found");
    Ok(())
}

/// What each invoice is about, in cents.
fn parts(cents: u64) -> [u64; 3] {
    let [one, two] = SHARES.map(|share| cents * share / 100);
    [one, two, cents - one - two]
}

/// What was found of one invoice, and how it is settled.
fn found(story: &Story, place: usize, refund: u64) -> Value {
    // What was right is some multiple of what was wrong: a bill that was sent twice is wrong by half.
    let right = if place == 2 { refund } else { refund * 13 };
    json!({
        "findings": {
            "charged": money(right + refund), "should_be": money(right), "refund": money(refund),
            "reference": format!("calc_{}", 5_500 + story.number * 3 + place as u64), "text": TITLES[place].1,
        },
        "resolution": if place == 2 { "Pay it back and post the credit note." } else { "Pay the difference back." },
    })
}

fn invoice(story: &Story, place: usize) -> String {
    format!("INV-{}", 30_800 + story.number * 3 + place as u64)
}

fn euros(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn money(cents: u64) -> Value {
    json!({"amount": euros(cents), "currency": "EUR"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        for cents in [1_840_000, 1_062_045, 1, 9_400_095] {
            assert_eq!(parts(cents).iter().sum::<u64>(), cents);
        }
    }
}
