//! Who was told what, and by which channels people are told.

use super::{phrase::Phrase, sentence::Told};
use crate::kit::badge::Tone;
use domain::event::Event;

/// Tells an event of notifications and of their channels.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::NotificationMade { topic, people, .. } => {
            let whom = match people.len() {
                1 => "1 person".to_owned(),
                count => format!("{count} people"),
            };
            Told::of([Phrase::words(format!("Told {whom}: {}", topic.public_title()))])
        }
        Event::NotificationFailed { channel, cause, .. } => {
            Told::of([Phrase::words(format!("A message by {} was not taken", channel.as_str()))])
                .more([Phrase::Quote(cause.clone())])
                .badge((Tone::Fail, "x", "Failed"))
        }
        Event::NotificationRetried { channel, .. } => {
            Told::of([who, Phrase::words(format!(" had a message by {} sent again", channel.as_str()))])
        }
        Event::ChannelSet { channel } => {
            Told::of([who, Phrase::words(format!(" set how people are told by {}", channel.as_str()))])
        }
        Event::ChannelRemoved { channel } => {
            Told::of([who, Phrase::words(format!(" switched telling people by {} off", channel.as_str()))])
        }
        _ => Told::default(),
    }
}
