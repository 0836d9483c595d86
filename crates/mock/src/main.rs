//! The mock as a WASM module of its own; `npm/src/mock/` starts it in a worker in the vault's place.

fn main() {}

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::Promise;
    use repin_core::answers::Unicode;
    use repin_core::api::UnixMs;
    use repin_mock::World;
    use repin_vault::worker::Browser;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::DedicatedWorkerGlobalScope;

    /// Called by the worker's script: from now on its messages are the flow's.
    #[wasm_bindgen]
    pub fn start_mock() {
        repin_vault::worker::start_with(|events, show| repin_mock::run(Here, events, show));
    }

    struct Here;

    impl World for Here {
        fn now(&self) -> UnixMs {
            js_sys::Date::now() as UnixMs
        }

        async fn sleep(&self, ms: u32) {
            let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
            let promise = Promise::new(&mut |resolve, _| {
                let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms as i32);
            });
            let _ = JsFuture::from(promise).await;
        }

        fn hand_over(&self, handed: &repin_vault::flow::Handed) {
            repin_vault::worker::hand_over(handed);
        }
    }

    impl Unicode for Here {
        fn nfkc(&self, text: &str) -> String {
            Browser.nfkc(text)
        }

        fn uppercase(&self, text: &str) -> String {
            Browser.uppercase(text)
        }

        fn lowercase(&self, text: &str) -> String {
            Browser.lowercase(text)
        }

        fn is_ignored(&self, character: char) -> bool {
            Browser.is_ignored(character)
        }
    }
}
