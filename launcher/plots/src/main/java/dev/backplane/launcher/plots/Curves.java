package dev.backplane.launcher.plots;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One figure over the epochs, a line for each set of examples it was measured on. */
final class Curves {
  static final int WIDTH = 800;
  static final int HEIGHT = 500;

  /** Of the sets in their order; apart for the colour-blind too (Okabe and Ito 2008). */
  static final List<Color> COLORS =
      List.of(new Color(0x0072B2), new Color(0xE69F00), new Color(0x009E73));

  /** With more epochs marks would run into each other. */
  private static final int MARKED = 40;

  private Curves() {}

  static void draw(String figure, List<Map<String, Double>> history, Path file) throws IOException {
    var chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(figure)
            .xAxisTitle("epoch")
            .yAxisTitle(figure)
            .build();
    var styler = chart.getStyler();
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLocale(Locale.ROOT);
    styler.setXAxisDecimalPattern("0");
    styler.setXAxisMin(1.0);
    styler.setXAxisMax((double) Math.max(2, history.size()));
    for (int set = 0; set < Plots.SETS.size(); set++) {
      line(chart, Plots.SETS.get(set), figure, history, COLORS.get(set));
    }
    Png.write(chart, file);
  }

  private static void line(
      XYChart chart, String set, String figure, List<Map<String, Double>> history, Color color) {
    int count = history.size();
    var epochs = new double[count];
    var values = new double[count];
    int finite = 0;
    for (int i = 0; i < count; i++) {
      var value = history.get(i).get(set + figure);
      if (value != null && Double.isFinite(value)) {
        epochs[finite] = i + 1;
        values[finite++] = value;
      }
    }
    if (finite == 0) {
      return;
    }
    var series =
        chart.addSeries(
            set.substring(0, set.length() - 1),
            Arrays.copyOf(epochs, finite),
            Arrays.copyOf(values, finite));
    series.setLineColor(color);
    series.setMarkerColor(color);
    series.setMarker(finite <= MARKED ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }
}
