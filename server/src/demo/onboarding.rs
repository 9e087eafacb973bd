//! Opening an account, stage by stage: details, identity, risk, for which a high tier needs two people, and the account
//! itself. Now and then setting it up fails halfway, is undone and tried again.

use serde_json::{Value, json};

use super::{
    Trouble,
    agent::{Agent, Called},
    story::{Onboarding, Story},
    systems::System,
};

/// The systems that know about identity and risk.
#[derive(Clone)]
pub struct Records {
    /// Whether identity checks passed.
    pub kyc: System,
    /// How risky a customer is.
    pub risk: System,
}

/// Plays the story to its end.
pub async fn play(agent: &mut Agent, story: &Story, wanted: &Onboarding, records: &Records) -> Result<(), Trouble> {
    let customer = &story.customer;
    let details = json!({
        "name": customer.name, "dob": customer.born, "address": customer.address,
        "product": wanted.product,
    });
    let (subject, account) = (json!({"customer_id": customer.id}), account(story, wanted));
    agent.tell(&format!("wants a {} account", wanted.product));
    agent.call("collect_info", details.clone(), details).await?;
    if wanted.is_hasty {
        let tried = agent.call("setup_account", account.0.clone(), account.1.clone()).await?;
        if let Called::Blocked(_) = tried {
            agent.tell("setup_account blocked, identity not checked yet; goes back and checks it");
        }
    }
    agent.call("verify_identity", subject.clone(), json!({"reference": wanted.kyc_reference})).await?;
    records.kyc.record(agent.run(), &wanted.kyc_reference, json!({"kyc_status": "PASSED"})).await?;
    records.risk.record(agent.run(), &wanted.risk_reference, json!({"risk_tier": wanted.tier})).await?;
    let said = json!({"kyc_status": "PASSED", "risk_tier": wanted.asserted_tier});
    agent.assert(said, wanted.statement).await?;
    if wanted.is_stumbling {
        stumble(agent, story, &account).await?;
    }
    match agent.call("setup_account", account.0, account.1).await? {
        Called::Ran => {
            agent.call("send_welcome_email", subject, json!({"sent": true})).await?;
            agent.tell("account set up, welcome sent");
        }
        Called::Blocked(error) => agent.tell(&format!("setup_account blocked: {error}")),
        Called::Declined(why) => agent.tell(&format!("tells the customer there is no account: {why}")),
    }
    Ok(())
}

/// Sets the account up, finds that the rest of the stage fails, and undoes it as it is told.
async fn stumble(agent: &mut Agent, story: &Story, account: &(Value, Value)) -> Result<(), Trouble> {
    let halfway = json!({"account_id": format!("acc_{}_{}_lost", story.seed, story.number), "card": null});
    if let Called::Ran = agent.call("setup_account", account.0.clone(), halfway).await? {
        agent.tell("account set up, but no card was ordered: gives the stage up");
        agent.give_up("account_setup", "The card service did not answer.").await?;
    }
    Ok(())
}

/// The call that sets the account up, and what it returns.
fn account(story: &Story, wanted: &Onboarding) -> (Value, Value) {
    let input = json!({"customer_id": story.customer.id, "product": wanted.product});
    (input, json!({"account_id": format!("acc_{}_{}", story.seed, 70_000 + story.number)}))
}
