//! Electronic signatures, given by people who are signed in.

use axum::{Extension, Json, extract::State, http::StatusCode, response::IntoResponse as _};

use super::answers::signatures::SignatureGiven;
use crate::{
    desk::{Caller, signature::Sign},
    http::{AppState, body::Body, problem::Answer},
};

/// `POST /signatures`.
pub async fn sign(State(state): State<AppState>, Extension(caller): Extension<Caller>, body: Body) -> Answer {
    let (id, ballot, password) = body.read::<Sign>()?.into_parts();
    let signed = state.desk.sign(&caller, id, &ballot, password).await?;
    Ok((StatusCode::CREATED, Json(SignatureGiven::from(signed))).into_response())
}
