//! Asking again because of news: at most one question is under way, and news that comes meanwhile leads to one more.

use crate::failure::Failure;
use domain::refusal::Code;

/// Whether a question is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Turn {
    /// None is.
    #[default]
    Idle,
    /// One is.
    Asking,
    /// One is, and something happened since it was put.
    AskingAgain,
}

impl Turn {
    /// Something happened; answers whether to ask now.
    pub fn want(&mut self) -> bool {
        let must = *self == Self::Idle;
        *self = if must { Self::Asking } else { Self::AskingAgain };
        must
    }

    /// The answer is here; answers whether to ask once more.
    pub fn answered(&mut self) -> bool {
        let must = *self == Self::AskingAgain;
        *self = if must { Self::Asking } else { Self::Idle };
        must
    }
}

/// Whether a failure says that nobody is signed in any more.
pub fn is_signed_out(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { refusal } if refusal.code == Code::NotSignedIn)
}

/// Gives a way to ask again. What the answer is shown by is called only while the page is there. A question that fails
/// changes nothing that is shown, and is put again until it is answered.
#[cfg(feature = "hydrate")]
pub fn refresher<T, F>(load: impl Fn() -> F + 'static, show: impl Fn(T) + 'static) -> impl Fn() + Clone + 'static
where
    T: 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    super::asking::refresher(load, show)
}

/// Without script nothing is asked again.
#[cfg(not(feature = "hydrate"))]
pub fn refresher<T, F>(load: impl Fn() -> F + 'static, show: impl Fn(T) + 'static) -> impl Fn() + Clone + 'static
where
    T: 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    drop((load, show));
    || ()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Refusal;

    #[test]
    fn much_news_leads_to_one_more_question() {
        let mut turn = Turn::default();
        assert!(turn.want());
        assert_eq!([turn.want(), turn.want(), turn.want()], [false; 3]);
        assert!(turn.answered());
        assert!(!turn.answered());
        assert!(turn.want());
        assert!(!turn.answered());
    }

    #[test]
    fn only_a_missing_session_signs_out() {
        let refused = |code| Failure::Refused { refusal: Refusal::new(code, "") };
        assert!(is_signed_out(&refused(Code::NotSignedIn)));
        assert!(!is_signed_out(&refused(Code::WrongScope)));
        assert!(!is_signed_out(&Failure::Offline { detail: String::new() }));
    }
}
