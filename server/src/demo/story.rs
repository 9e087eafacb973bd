//! Which story comes next: decided by the seed and the story's number alone.

use super::{
    customers::{self, Customer},
    dice::Dice,
};

/// One customer's case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The seed it comes from.
    pub seed: u64,
    /// Its number, from 0.
    pub number: u64,
    /// Whom it is about.
    pub customer: Customer,
    /// What happens.
    pub plot: Plot,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plot {
    /// Somebody wants an account.
    Onboarding(Onboarding),
    /// Somebody wants money back.
    Refund(Refund),
}

/// An account is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// Which.
    pub product: &'static str,
    /// The reference of the identity check.
    pub kyc_reference: String,
    /// The reference of the risk assessment.
    pub risk_reference: String,
    /// What the risk engine will say.
    pub tier: &'static str,
    /// What the agent takes it for.
    pub asserted_tier: &'static str,
    /// What it gives as its reason.
    pub statement: &'static str,
    /// Whether the agent tries to set the account up before anything was checked.
    pub is_hasty: bool,
    /// Whether a colleague signs for risk at once.
    pub is_half_signed: bool,
    /// Whether setting the account up fails halfway at first.
    pub is_stumbling: bool,
}

/// Money back is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The order.
    pub order: String,
    /// How much, in cents of a euro.
    pub cents: u64,
    /// Why.
    pub reason: &'static str,
    /// Whether the agent tries before it has verified the customer.
    pub is_hasty: bool,
    /// How the agent learns what was decided.
    pub wake: Wake,
    /// Whether it is about several invoices, which are looked into one by one before people are called.
    pub is_disputed: bool,
    /// Whether it asks afterwards what it may offer: no gate knows about that.
    pub asks: bool,
}

/// How an agent learns what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// It polls.
    Poll,
    /// A webhook wakes it.
    Webhook,
    /// A webhook does, at a receiver that is down at first.
    Standby,
}

/// The number of the story whose resumption fails at first.
pub const FAILING: u64 = 6;

const PRODUCTS: &[&str] = &["business current", "savings", "multi-currency", "brokerage", "premium current"];

const HIGH_RISK: &[&str] = &[
    "Salaried, long address history, nothing unusual in the application.",
    "The customer explained the transfers from abroad; I see no reason for concern.",
    "Same employer for six years. I would call this a medium case.",
    "The occupation was corrected by the customer, so the earlier flag no longer applies.",
];

const LARGE: &[&str] = &[
    "Two of five pallets arrived water-damaged; photos attached to the order.",
    "Billed twice for the same delivery.",
    "Machine failed on the first day and was collected by the carrier.",
    "Order cancelled before dispatch, payment already taken.",
    "Wrong alloy delivered; the batch certificate confirms it.",
];

const SMALL: &[&str] = &[
    "Delivered nine days late.",
    "One item missing from the parcel.",
    "Charged for express, sent by standard post.",
    "The cover was scratched on arrival.",
];

/// The opening, and how often each kind comes afterwards.
const OPENING: [Kind; 7] = [
    Kind::HighRisk,
    Kind::LargeRefund,
    Kind::SmallRefund,
    Kind::LowRisk,
    Kind::HighRisk,
    Kind::LargeRefund,
    Kind::LargeRefund,
];
const AFTERWARDS: [Kind; 10] = [
    Kind::HighRisk,
    Kind::HighRisk,
    Kind::HighRisk,
    Kind::HighRisk,
    Kind::LargeRefund,
    Kind::LargeRefund,
    Kind::LargeRefund,
    Kind::SmallRefund,
    Kind::SmallRefund,
    Kind::LowRisk,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    HighRisk,
    LowRisk,
    LargeRefund,
    SmallRefund,
}

impl Story {
    /// The story of this number.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut dice = Dice::of(seed, number);
        let opening = usize::try_from(number).ok().and_then(|place| OPENING.get(place)).copied();
        let kind = opening.unwrap_or_else(|| dice.pick(&AFTERWARDS));
        let customer = match (number, kind) {
            (0, _) => customers::aarav_shah(),
            (1, _) => customers::lindqvist_freight(),
            (_, Kind::LargeRefund) => customers::some_company(number),
            (_, Kind::HighRisk | Kind::LowRisk | Kind::SmallRefund) => customers::person(number, &mut dice),
        };
        let plot = match kind {
            Kind::HighRisk | Kind::LowRisk => Plot::Onboarding(onboarding(number, kind, &mut dice)),
            Kind::LargeRefund | Kind::SmallRefund => Plot::Refund(refund(number, kind, &mut dice)),
        };
        Self { seed, number, customer, plot }
    }

    /// Whether somebody will have to decide.
    pub fn needs_people(&self) -> bool {
        match &self.plot {
            Plot::Onboarding(wanted) => wanted.tier == "high",
            Plot::Refund(wanted) => wanted.cents > LIMIT || wanted.asks,
        }
    }

    /// What the agent's framework calls its session; also the beginning of every call's id.
    pub fn session(&self) -> String {
        format!("s{}-{}", self.seed, self.number)
    }
}

/// What the support workflow lets an agent refund by itself, in cents.
const LIMIT: u64 = 1_000_000;

fn onboarding(number: u64, kind: Kind, dice: &mut Dice) -> Onboarding {
    let is_high = kind == Kind::HighRisk;
    let reference = |prefix: &str, dice: &mut Dice| format!("{prefix}_{}", dice.between(1_000, 9_999));
    let (kyc_reference, risk_reference) = match number {
        0 => ("jum_789xyz".to_owned(), "ra_5513".to_owned()),
        _ => (reference("jum", dice), reference("ra", dice)),
    };
    Onboarding {
        product: if number == 0 { "premium current" } else { dice.pick(PRODUCTS) },
        kyc_reference,
        risk_reference,
        tier: if is_high { "high" } else { dice.pick(&["low", "medium"]) },
        asserted_tier: if is_high { "medium" } else { "low" },
        statement: if is_high { dice.pick(HIGH_RISK) } else { "A straightforward application." },
        is_hasty: !is_high,
        is_half_signed: is_high && number > 0 && number.is_multiple_of(2),
        is_stumbling: number.is_multiple_of(3),
    }
}

fn refund(number: u64, kind: Kind, dice: &mut Dice) -> Refund {
    let is_large = kind == Kind::LargeRefund;
    let cents = match (number, is_large) {
        (1, _) => 1_840_000,
        (_, true) => dice.between(10_620, 94_000) * 100 + dice.pick(&[0, 0, 45, 95]),
        (_, false) => dice.between(9, 240) * 100 + dice.pick(&[0, 49, 95, 99]),
    };
    Refund {
        order: if number == 1 { "A-1841".to_owned() } else { format!("A-{}", dice.between(2_000, 9_899)) },
        cents,
        wake: match number {
            FAILING => Wake::Standby,
            5.. if is_large && !number.is_multiple_of(2) => Wake::Webhook,
            _ => Wake::Poll,
        },
        reason: if is_large { dice.pick(LARGE) } else { dice.pick(SMALL) },
        is_hasty: !is_large,
        is_disputed: is_large && number % 4 == 1,
        asks: !is_large && number.is_multiple_of(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_stories() {
        let told = |seed| (0..200).map(|number| Story::of(seed, number)).collect::<Vec<_>>();
        assert_eq!(told(7), told(7));
        assert_ne!(told(7)[8..], told(8)[8..]);
    }

    #[test]
    fn the_opening_leaves_enough_to_decide() {
        let waiting = (0..OPENING.len() as u64).filter(|number| Story::of(3, *number).needs_people()).count();
        assert_eq!(waiting, 6);
        let first = Story::of(99, 0);
        assert_eq!((first.customer.name.as_str(), first.customer.id.as_str()), ("Aarav Shah", "cust_456"));
        let Plot::Onboarding(wanted) = first.plot else { panic!("{first:?}") };
        assert_eq!((wanted.kyc_reference.as_str(), wanted.risk_reference.as_str()), ("jum_789xyz", "ra_5513"));
        assert_eq!((wanted.tier, wanted.asserted_tier), ("high", "medium"));
        let wake = |number| match Story::of(3, number).plot {
            Plot::Refund(wanted) => Some((wanted.wake, wanted.cents > LIMIT)),
            Plot::Onboarding(_) => None,
        };
        assert_eq!(wake(1), Some((Wake::Poll, true)));
        assert_eq!(wake(2), Some((Wake::Poll, false)));
        assert_eq!(wake(5), Some((Wake::Webhook, true)));
        assert_eq!(wake(FAILING), Some((Wake::Standby, true)));
    }

    #[test]
    fn every_kind_keeps_coming_with_plausible_amounts() {
        let stories: Vec<Story> = (0..2_000).map(|number| Story::of(1, number)).collect();
        let people = stories.iter().filter(|story| story.needs_people()).count();
        assert!((1_400..1_800).contains(&people), "{people}");
        for story in &stories {
            if let Plot::Refund(wanted) = &story.plot {
                assert!((900..10_000_000).contains(&wanted.cents), "{story:?}");
                assert_eq!(wanted.is_hasty && !wanted.asks, !story.needs_people(), "{story:?}");
            }
        }
    }

    #[test]
    fn the_limit_is_the_workflow_s() {
        assert!(super::super::cast::SUPPORT.contains(&format!("input.amount <= {}", LIMIT / 100)));
    }
}
