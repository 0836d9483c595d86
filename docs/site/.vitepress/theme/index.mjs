// The generator's own theme in the widget's colours, with the fonts of the device.
import theme from 'vitepress/theme-without-fonts';
import './site.css';

export default theme;
