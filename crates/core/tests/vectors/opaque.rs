//! OPAQUE: the vectors of RFC 9807 for this suite, with the gateway's half taken from `credential` itself, and those of
//! RFC 9497 for the OPRF beneath.
//!
//! opaque-ke has no way to set a blind or a seed from outside, but it asks its generator for them in a fixed order, so a
//! generator that yields the chosen bytes does. A blind is 64 bytes reduced; a scalar and 32 zeros reduce to the scalar.

use opaque_ke::ksf::Identity;
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialFinalization, CredentialRequest, CredentialResponse, Identifiers, RegistrationResponse, Ristretto255,
    ServerLogin, ServerLoginParameters, ServerRegistration, TripleDh,
};
use repin_core::credential::{ServerSetup, evaluate_guess, evaluate_registration, is_ke1, is_record, verify_proof};
use serde_json::Value;
use sha2::Sha512;
use voprf::{BlindedElement, Group, OprfClient, OprfServer};

use crate::common::evidence;
use crate::common::{Chosen, bytes, hex, secret_bytes, text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Our suite, but for the stretching that the RFC's vectors leave out.
struct Unstretched;

impl CipherSuite for Unstretched {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Identity;
}

fn vectors() -> Vec<Value> {
    let file = include_str!("../../../../tests/vectors/rfc9807-opaque.json");
    serde_json::from_str::<Value>(file).unwrap()["vectors"].as_array().unwrap().clone()
}

/// `oprf_seed || server_private_key || a public key for records that do not exist`.
fn setup(vector: &Value) -> Vec<u8> {
    ["oprf_seed", "server_private_key", "server_public_key"].map(|field| bytes(vector, field)).concat()
}

fn blind(vector: &Value, field: &str) -> Vec<u8> {
    [bytes(vector, field), vec![0; 32]].concat()
}

/// What a gateway draws for KE2: the masking key of a record that does not exist comes first, and is thrown away.
fn server_draws(vector: &Value) -> Chosen {
    let [nonce, seed, server_nonce] =
        ["masking_nonce", "server_keyshare_seed", "server_nonce"].map(|field| bytes(vector, field));
    Chosen::new(&[&[0; 64], &nonce, &seed, &server_nonce])
}

/// The client's side of RFC 9807 gives KE1 and, from the recorded KE2, KE3 and both keys.
#[test]
fn the_client_gives_the_messages_and_keys_of_rfc_9807() {
    for vector in vectors() {
        let field = |name: &str| bytes(&vector, name);
        let [client, server] =
            ["client_identity", "server_identity"].map(|name| vector[name].as_str().map(|_| field(name)));
        let identifiers = Identifiers { client: client.as_deref(), server: server.as_deref() };
        let password = field("password");

        let mut rng = Chosen::new(&[&blind(&vector, "blind_registration"), &field("envelope_nonce")]);
        let started = ClientRegistration::<Unstretched>::start(&mut rng, &password).unwrap();
        assert_eq!(hex(&started.message.serialize()), text(&vector, "registration_request"));
        let response = RegistrationResponse::deserialize(&field("registration_response")).unwrap();
        let params = ClientRegistrationFinishParameters::new(identifiers, None);
        let finished = started.state.finish(&mut rng, &password, response, params).unwrap();
        assert_eq!(hex(&finished.message.serialize()), text(&vector, "registration_upload"));
        assert_eq!(hex(&finished.export_key), text(&vector, "export_key"));
        assert_eq!(rng.left(), 0);

        let draws = ["client_keyshare_seed", "client_nonce"].map(field);
        let mut rng = Chosen::new(&[&blind(&vector, "blind_login"), &draws[0], &draws[1]]);
        let started = ClientLogin::<Unstretched>::start(&mut rng, &password).unwrap();
        assert_eq!(hex(&started.message.serialize()), text(&vector, "ke1"));
        let ke2 = CredentialResponse::deserialize(&field("ke2")).unwrap();
        let context = field("context");
        let params = ClientLoginFinishParameters::new(Some(&context), identifiers, None);
        let finished = started.state.finish(&mut rng, &password, ke2, params).unwrap();
        assert_eq!(hex(&finished.message.serialize()), text(&vector, "ke3"));
        assert_eq!(hex(&finished.session_key), text(&vector, "session_key"));
        assert_eq!(hex(&finished.export_key), text(&vector, "export_key"));
        assert_eq!(rng.left(), 0);
    }
    let vectors = vectors();
    let mut rng = Chosen::new(&[&blind(&vectors[0], "blind_registration")]);
    let other = ClientRegistration::<Unstretched>::start(&mut rng, b"another password").unwrap();
    assert_ne!(hex(&other.message.serialize()), text(&vectors[0], "registration_request"));
    let count = vectors.len();
    let control = "with another password 1 of 1 mismatches";
    evidence::say(1, format_args!("{count} vectors of RFC 9807, the client's half: 0 mismatches"), control);
}

/// The gateway's half is our own functions: stretching is the client's alone, so nothing has to be replaced.
#[test]
fn the_gateway_gives_the_messages_and_keys_of_rfc_9807() {
    let vector = &vectors()[0];
    assert_eq!(text(vector, "name"), "C.1.1", "the vector without identities, which repin/1 leaves at their default");
    let field = |name: &str| bytes(vector, name);
    let setup = ServerSetup::deserialize(&setup(vector)).unwrap();
    let (identifier, record) = (field("credential_identifier"), field("registration_upload"));
    assert!(is_record(&record) && is_ke1(&field("ke1")));
    let response = evaluate_registration(&setup, &identifier, &field("registration_request")).unwrap();
    assert_eq!(hex(&response), text(vector, "registration_response"));
    let mut rng = server_draws(vector);
    let (ke2, state) =
        evaluate_guess(&setup, &identifier, &record, &field("ke1"), &field("context"), &mut rng).unwrap();
    assert_eq!(hex(&ke2), text(vector, "ke2"));
    assert_eq!(rng.left(), 0);
    assert_eq!(hex(verify_proof(&state, &field("ke3")).unwrap().expose_secret()), text(vector, "session_key"));
    let mut flipped = field("ke3");
    flipped[63] ^= 1;
    assert!(verify_proof(&state, &flipped).is_err(), "the control");
    let control = "KE3 with one bit flipped is refused";
    evidence::say(1, "RFC 9807, the gateway's half by our own functions: 0 mismatches", control);
}

/// With identities, which `credential` has no place for, by opaque-ke alone.
#[test]
fn the_library_gives_the_messages_and_keys_of_rfc_9807_with_identities() {
    let vector = &vectors()[1];
    let field = |name: &str| bytes(vector, name);
    let setup = opaque_ke::ServerSetup::<Unstretched>::deserialize(&setup(vector)).unwrap();
    let record = ServerRegistration::deserialize(&field("registration_upload")).unwrap();
    let ke1 = CredentialRequest::deserialize(&field("ke1")).unwrap();
    let (client, server, context) = (field("client_identity"), field("server_identity"), field("context"));
    let identifiers = Identifiers { client: Some(&client), server: Some(&server) };
    let params = || ServerLoginParameters { context: Some(&context), identifiers };
    let identifier = field("credential_identifier");
    let started =
        ServerLogin::start(&mut server_draws(vector), &setup, Some(record), ke1, &identifier, params()).unwrap();
    assert_eq!(hex(&started.message.serialize()), text(vector, "ke2"));
    let ke3 = CredentialFinalization::deserialize(&field("ke3")).unwrap();
    assert_eq!(hex(&started.state.finish(ke3, params()).unwrap().session_key), text(vector, "session_key"));
}

#[test]
fn a_message_with_a_point_that_is_none_is_refused() {
    let vector = &vectors()[0];
    let (ke1, record) = (bytes(vector, "ke1"), bytes(vector, "registration_upload"));
    // The identity; a number above the field's order; a point of the curve that is no ristretto255 encoding.
    for bad in [[0; 32], [0xff; 32], core::array::from_fn(|i| u8::from(i == 0))] {
        for at in [0, 64] {
            let mut ke1 = ke1.clone();
            ke1[at..at + 32].copy_from_slice(&bad);
            assert!(!is_ke1(&ke1), "{bad:x?} at {at}");
        }
        let mut record = record.clone();
        record[..32].copy_from_slice(&bad);
        assert!(!is_record(&record), "{bad:x?}");
    }
    for length in 0..ke1.len() {
        assert!(!is_ke1(&ke1[..length]), "cut at {length}");
    }
    for length in 0..record.len() {
        assert!(!is_record(&record[..length]), "cut at {length}");
    }
}

#[test]
fn the_oprf_gives_the_elements_and_outputs_of_rfc_9497() {
    type Suite = voprf::Ristretto255;
    let file: Value = serde_json::from_str(include_str!("../../../../tests/vectors/rfc9497-oprf.json")).unwrap();
    let server = OprfServer::<Suite>::new_from_seed(&bytes(&file, "Seed"), &bytes(&file, "KeyInfo")).unwrap();
    assert_eq!(hex(&server.serialize()), text(&file, "skSm"));
    for vector in file["vectors"].as_array().unwrap() {
        let input = bytes(vector, "Input");
        let scalar = Suite::deserialize_scalar(&bytes(vector, "Blind")).unwrap();
        let blinded = OprfClient::<Suite>::deterministic_blind_unchecked(&input, scalar).unwrap();
        assert_eq!(hex(&blinded.message.serialize()), text(vector, "BlindedElement"));
        // The same through the generator, as opaque-ke does it.
        let by_rng = OprfClient::<Suite>::blind(&input, &mut Chosen::new(&[&blind(vector, "Blind")])).unwrap();
        assert_eq!(by_rng.message.serialize(), blinded.message.serialize());
        let message = BlindedElement::deserialize(&bytes(vector, "BlindedElement")).unwrap();
        let evaluated = server.blind_evaluate(&message);
        assert_eq!(hex(&evaluated.serialize()), text(vector, "EvaluationElement"));
        assert_eq!(hex(&blinded.state.finalize(&input, &evaluated).unwrap()), text(vector, "Output"));
        assert_eq!(hex(&server.evaluate(&input).unwrap()), text(vector, "Output"));
    }
    let zero = secret_bytes(&[0; 32]);
    assert!(BlindedElement::<Suite>::deserialize(zero.expose_secret()).is_err(), "the control: the identity");
    let count = file["vectors"].as_array().unwrap().len();
    evidence::say(
        1,
        format_args!("{count} vectors of RFC 9497: 0 mismatches"),
        "the identity as an element is refused",
    );
}
