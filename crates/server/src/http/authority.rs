//! The local authority's certificate, and how to trust it.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::sync::Arc;

const PAGE: &str = include_str!("authority.html");

pub(super) async fn page(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    if app.authority_pem.is_none() {
        return Err(Problem::not_found());
    }
    Ok(Html(PAGE).into_response())
}

/// For Linux and command lines.
pub(super) async fn pem(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let pem = app.authority_pem.clone().ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response())
}

/// Phones install this when they open it.
pub(super) async fn der(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let pem = app.authority_pem.as_ref().ok_or_else(Problem::not_found)?;
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| Problem::not_found())?;
    Ok(([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], der.to_vec()).into_response())
}
