export default {
  mode: 'production',
  output: { filename: 'main.js' },
};
