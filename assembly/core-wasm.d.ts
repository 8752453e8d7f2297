/** The Wasm core, in base64; `npm run build:wasm` writes the module. */
export declare const CORE_WASM_BASE64: string;
