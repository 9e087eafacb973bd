//! The order of things: gather people and keys, publish, go on with what was left, open, and keep customers coming.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{
    Trouble,
    agent::{Agent, Setting},
    cast::{self, Cast},
    client::Client,
    colleague::Colleague,
    dice::Dice,
    intro,
    memory::Memory,
    onboarding::{self, Records},
    receiver::{Receiver, Receivers},
    refund,
    story::{Plot, Story, Wake},
    systems::System,
    voice::Voice,
};
use crate::desk::Desk;

/// Approvals that should wait before a newcomer has found the sign-in.
const OPENING: usize = 6;
/// Approvals that wait at the most; until somebody decides, nobody new comes.
const MOST: usize = 12;
/// Between two stories of the opening.
const OPENING_PACE: Duration = Duration::from_millis(600);
/// How long agents think in the opening, and at most afterwards.
const OPENING_THINKING: Duration = Duration::from_millis(120);
const LONGEST_THINKING: Duration = Duration::from_millis(1_500);
/// How long to wait before looking again whether somebody new may come.
const CROWDED: Duration = Duration::from_secs(2);

/// How the demo is played.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides the stories.
    pub seed: u64,
    /// Between two stories, once the opening is over.
    pub pace: Duration,
    /// How long the standby that receives webhooks stays down, once it was needed.
    pub repair: Duration,
    /// Where the demo keeps its memory.
    pub folder: PathBuf,
    /// Where it tells what happens.
    pub voice: Voice,
}

/// Where the server is.
#[derive(Debug, Clone)]
pub struct Address {
    /// For people.
    pub url: String,
    /// For agents on this machine, such as `http://127.0.0.1:8080`.
    pub local: String,
}

/// Everything a story needs.
#[derive(Clone)]
struct Stage {
    onboarding: Client,
    support: Client,
    claims: Client,
    receiver: Receiver,
    standby: Receiver,
    records: Records,
    /// `None` when somebody gave the colleague another password.
    colleague: Option<Colleague>,
    memory: Arc<Memory>,
    voice: Voice,
}

/// Plays the demo until it is dropped.
///
/// # Errors
/// What keeps it from beginning, and a memory that cannot be written. A story in trouble ends alone.
pub async fn play(desk: Desk, address: Address, options: Options) -> Result<(), Trouble> {
    let memory = Arc::new(Memory::open(&options.folder)?);
    let cast = Cast::gather(&desk, &memory).await?;
    let client = Client::new(&address.local, cast.key(cast::PUBLISHER))?;
    client.put("/workflows/financial-onboarding", cast::ONBOARDING).await?;
    client.put("/workflows/support-resolution", cast::SUPPORT).await?;
    // Dropped with this future, and the receivers with it.
    let receivers = Receivers::open(&desk, &memory, &options.voice, options.repair).await?;
    intro::give(&options.voice, &address.url, &cast, &options);
    let stage = Stage {
        onboarding: client.with_key(cast.key(cast::ONBOARDING_AGENT)),
        support: client.with_key(cast.key(cast::SUPPORT_AGENT)),
        claims: client.with_key(cast.key(cast::CLAIMS_AGENT)),
        receiver: receivers.claims.clone(),
        standby: receivers.standby.clone(),
        records: Records {
            kyc: System::new(client.with_key(cast.key(cast::KYC))),
            risk: System::new(client.with_key(cast.key(cast::RISK))),
        },
        colleague: Colleague::sign_in(&desk, &cast.password).await.ok(),
        memory,
        voice: options.voice.clone(),
    };
    stage.run(&options).await
}

impl Stage {
    async fn run(&self, options: &Options) -> Result<(), Trouble> {
        // Dropped with this future, and all agents with it.
        let mut agents = JoinSet::new();
        for (seed, number) in self.memory.recall().under_way {
            self.start(&mut agents, Story::of(seed, number), OPENING_THINKING);
        }
        while self.waiting() < OPENING {
            self.next(&mut agents, options.seed, OPENING_THINKING)?;
            tokio::time::sleep(OPENING_PACE).await;
        }
        let thinking = (options.pace / 40).min(LONGEST_THINKING);
        let mut dice = Dice::of(options.seed, u64::MAX);
        loop {
            tokio::time::sleep(dice.about(options.pace)).await;
            while self.waiting() >= MOST {
                tokio::time::sleep(CROWDED).await;
            }
            while agents.try_join_next().is_some() {}
            self.next(&mut agents, options.seed, thinking)?;
        }
    }

    /// How many stories wait for people, or soon will.
    fn waiting(&self) -> usize {
        self.memory.recall().under_way.iter().filter(|(seed, number)| Story::of(*seed, *number).needs_people()).count()
    }

    /// Begins the next story of the seed.
    fn next(&self, agents: &mut JoinSet<()>, seed: u64, thinking: Duration) -> Result<(), Trouble> {
        let number = self.memory.change(|kept| {
            let next = kept.next.entry(seed).or_default();
            let number = *next;
            *next += 1;
            kept.under_way.insert((seed, number));
            number
        })?;
        self.start(agents, Story::of(seed, number), thinking);
        Ok(())
    }

    fn start(&self, agents: &mut JoinSet<()>, story: Story, thinking: Duration) {
        let stage = self.clone();
        agents.spawn(async move {
            let outcome = match stage.tell(&story, thinking).await {
                // The next start goes on with it.
                Err(trouble @ Trouble::Unreachable(_)) => Err(trouble),
                outcome => stage.memory.change(|kept| kept.under_way.remove(&(story.seed, story.number))).and(outcome),
            };
            if let Err(trouble) = outcome {
                stage.voice.tell("demo", &story.customer.name, &format!("the story ends here: {trouble}"));
            }
        });
    }

    async fn tell(&self, story: &Story, thinking: Duration) -> Result<(), Trouble> {
        let (client, name, wake) = self.cast(&story.plot);
        let (workflow, asked_by, is_half_signed) = match &story.plot {
            Plot::Onboarding(wanted) => ("financial-onboarding", cast::SALES, wanted.is_half_signed),
            Plot::Refund(_) => ("support-resolution", cast::FRONT_DESK, false),
        };
        let setting = Setting {
            client: client.clone(),
            name,
            thinking,
            voice: self.voice.clone(),
            colleague: self.colleague.clone().filter(|_| is_half_signed),
            wake: wake.cloned(),
        };
        let mut agent = Agent::begin(setting, story, workflow, asked_by).await?;
        match &story.plot {
            Plot::Onboarding(wanted) => onboarding::play(&mut agent, story, wanted, &self.records).await,
            Plot::Refund(wanted) => refund::play(&mut agent, story, wanted).await,
        }
    }
    /// Which agent plays a story, and where it is woken unless it polls.
    fn cast(&self, plot: &Plot) -> (&Client, &'static str, Option<&Receiver>) {
        match plot {
            Plot::Onboarding(_) => (&self.onboarding, cast::ONBOARDING_AGENT, None),
            Plot::Refund(wanted) => match wanted.wake {
                Wake::Poll => (&self.support, cast::SUPPORT_AGENT, None),
                Wake::Webhook => (&self.claims, cast::CLAIMS_AGENT, Some(&self.receiver)),
                Wake::Standby => (&self.claims, cast::CLAIMS_AGENT, Some(&self.standby)),
            },
        }
    }
}
