//! Paying money back: to the verified customer and no other, and above the limit only with a person's consent.

use serde_json::{Value, json};

use super::{
    Trouble,
    agent::{Agent, Called},
    dispute,
    story::{Refund, Story},
};

/// Plays the story to its end.
pub async fn play(agent: &mut Agent, story: &Story, wanted: &Refund) -> Result<(), Trouble> {
    let customer = &story.customer;
    let amount = amount(wanted.cents);
    let refund = json!({
        "customer_id": customer.id, "amount": amount, "currency": "EUR", "order_id": wanted.order,
        "reason": wanted.reason,
    });
    let receipt = json!({"refund_id": format!("ref_{}_{}", story.seed, 40_000 + story.number)});
    agent.tell(&format!("asks for {amount} EUR back, order {}", wanted.order));
    if wanted.is_hasty {
        let tried = agent.call("process_refund", refund.clone(), receipt.clone()).await?;
        if let Called::Blocked(_) = tried {
            agent.tell("process_refund blocked, customer not verified; calls get_customer first");
        }
    }
    let found = json!({"customer_id": customer.id, "name": customer.name});
    agent.call("get_customer", json!({"email": customer.email}), found).await?;
    let order = json!({"order_id": wanted.order, "total": amount, "currency": "EUR", "status": "delivered"});
    agent.call("lookup_order", json!({"order_id": wanted.order}), order).await?;
    let said = json!({"verified_customer_id": customer.id});
    agent.assert(said, wanted.reason).await?;
    agent.learn(&format!("Order {}, {amount} EUR, paid by card. {}", wanted.order, wanted.reason));
    if wanted.is_disputed {
        dispute::play(agent, story, wanted).await?;
    }
    match agent.call("process_refund", refund, receipt).await? {
        Called::Ran => agent.tell(&format!("{amount} EUR refunded")),
        Called::Blocked(error) => agent.tell(&format!("process_refund blocked: {error}")),
        Called::Declined(why) => {
            agent.tell(&format!("tells the customer there is no refund: {why}"));
            escalate(agent, story, wanted, &why).await?;
        }
    }
    if wanted.asks { offer(agent, story, wanted).await } else { Ok(()) }
}

/// Hands the case over to people: a customer who was promised money and gets none is nothing for an agent.
async fn escalate(agent: &mut Agent, story: &Story, wanted: &Refund, why: &str) -> Result<(), Trouble> {
    let customer = &story.customer.id;
    // The tool takes so many characters; a reviewer's notes may have more.
    let why: String = why.chars().take(1_000).collect();
    let analysis = format!("{} The refund was declined: {why}", wanted.reason);
    let action = format!("Call {} and say why there is no refund, or what there is instead.", story.customer.name);
    let call = json!({
        "customer_id": customer, "root_cause_analysis": analysis, "refund_amount": amount(wanted.cents),
        "recommended_action": action,
    });
    let Called::Ran = agent.call("escalate_to_human", call, json!({"handed_over": true})).await? else { return Ok(()) };
    let money = json!({"amount": format!("{}.{:02}", wanted.cents / 100, wanted.cents % 100), "currency": "EUR"});
    let summary = json!({
        "customer_id": customer, "root_cause_analysis": analysis, "refund_amount": money, "recommended_action": action,
        "concerns": [{"title": wanted.reason, "kind": "refund", "refs": [wanted.order]}],
        "told": format!("There is no refund for order {}. Somebody will call you about it.", wanted.order),
    });
    agent.escalate("declined", &summary).await?;
    agent.tell("hands the case over to people");
    Ok(())
}

/// Asks whether it may offer something more, which no tool and no gate knows.
async fn offer(agent: &mut Agent, story: &Story, wanted: &Refund) -> Result<(), Trouble> {
    let transcript = json!([
        {"role": "user", "text": format!("Order {} again. {} I have had enough of this.", wanted.order, wanted.reason)},
        {"role": "assistant", "text": "The money is on its way back to your card."},
        {"role": "user", "text": "And for my trouble?"},
        {"role": "assistant", "text": "Let me ask what I may offer you."},
    ]);
    let summary = format!("{} stays if we waive the next delivery charge. May I promise that?", story.customer.name);
    match agent.ask(&summary, transcript).await? {
        Called::Ran => agent.tell("promises to waive the next delivery charge"),
        Called::Blocked(why) | Called::Declined(why) => agent.tell(&format!("promises nothing: {why}")),
    }
    Ok(())
}

/// Euros as a JSON number: whole ones without a fraction.
fn amount(cents: u64) -> Value {
    if cents.is_multiple_of(100) {
        return json!(cents / 100);
    }
    // At most some thousand euros: exact enough in a float, and shortest when printed.
    format!("{}.{:02}", cents / 100, cents % 100)
        .parse::<f64>()
        .map_or_else(|_| json!(cents / 100), |euros| json!(euros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_what_people_would_write() {
        assert_eq!(amount(184_000).to_string(), "1840");
        assert_eq!(amount(62_045).to_string(), "620.45");
        assert_eq!(amount(1_299).to_string(), "12.99");
        assert_eq!(amount(905).to_string(), "9.05");
    }
}
