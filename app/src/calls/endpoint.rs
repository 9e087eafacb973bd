//! Endpoints and deliveries, for administrators.

use super::carried::Answer;
use crate::failure::Failure;
use domain::endpoint::{DeliveriesPage, DeliveryQuery, EndpointsPage};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// Every endpoint.
#[server(prefix = "/calls", endpoint = "load_endpoints", input = Json, output = Answer)]
pub async fn load_endpoints() -> Result<EndpointsPage, Failure> {
    answer(desk()?.endpoints()).await
}

/// A page of deliveries, newest first.
#[server(prefix = "/calls", endpoint = "load_deliveries", input = Json, output = Answer)]
pub async fn load_deliveries(query: DeliveryQuery) -> Result<DeliveriesPage, Failure> {
    answer(desk()?.deliveries(query)).await
}
