//! What was found of concerns, and how they were settled.

use super::{phrase::Phrase, sentence::Told};
use crate::kit::badge::Tone;
use domain::{concern::Findings, event::Event};
use serde_json::Value;

/// Tells an event of a concern.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ConcernOpened { title, refs, .. } => {
            let refs = refs.iter().flat_map(|name| [Phrase::words(" "), Phrase::code(name)]);
            Told::of([who, Phrase::words(" opened the concern "), Phrase::Said(Value::from(title.as_str()))]).more(refs)
        }
        Event::ConcernUpdated { concern, findings } => {
            Told::of([who, Phrase::words(" looks into concern "), tail(&concern.tail())]).more(found(findings.as_ref()))
        }
        Event::ConcernResolved { concern, findings, resolution } => {
            let settled = [Phrase::Said(Value::from(resolution.as_str())), Phrase::words(" ")];
            Told::of([who, Phrase::words(" resolved concern "), tail(&concern.tail())])
                .more(settled.into_iter().chain(found(findings.as_ref())))
                .badge((Tone::Pass, "check", "Resolved"))
        }
        Event::ConcernsUnified { concerns, refunds, resolution } => {
            let what = match concerns.len() {
                1 => " gave 1 concern its resolution".to_owned(),
                more => format!(" gave {more} concerns one resolution"),
            };
            let sums: Vec<String> = refunds.iter().map(ToString::to_string).collect();
            let sums = if sums.is_empty() { String::new() } else { format!(" Refunds found: {}", sums.join(" + ")) };
            Told::of([who, Phrase::words(what)])
                .more([Phrase::Said(Value::from(resolution.as_str())), Phrase::Words(sums)])
                .badge((Tone::Pass, "git-merge", "Unified"))
        }
        _ => Told::default(),
    }
}

/// What was found: words, and what is to be paid back.
fn found(findings: Option<&Findings>) -> Vec<Phrase> {
    let Some(found) = findings else { return Vec::new() };
    let words = found.text.as_ref().map(|text| Phrase::Said(Value::from(text.as_str())));
    let refund = found.refund.as_ref().map(|refund| {
        vec![
            Phrase::words(if words.is_some() { " Refund: " } else { "Refund: " }),
            Phrase::Said(Value::from(refund.to_string())),
        ]
    });
    words.into_iter().chain(refund.into_iter().flatten()).collect()
}

fn tail(tail: &str) -> Phrase {
    Phrase::Code(format!("con_…{tail}"))
}
