package dev.backplane.launcher.plots;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** A confusion matrix as a heat map, the first class above. */
final class Matrix {
  static final Color LEAST = Color.WHITE;
  static final Color MOST = new Color(0x08306B);

  /** Room for a class, in pixels; the picture ends at a size that viewers take. */
  private static final int CELL = 45;

  private static final int MARGIN = 250;
  private static final int LARGEST = 2000;

  /** With more classes numbers would not fit into the cells. */
  private static final int NUMBERED = 30;

  private Matrix() {}

  /** Width and height of the picture. */
  static int side(int classes) {
    return Math.min(LARGEST, MARGIN + Math.max(8, classes) * CELL);
  }

  static void draw(Confusion confusion, Path file) throws IOException {
    int classes = confusion.classes().size();
    var chart =
        new HeatMapChartBuilder()
            .width(side(classes))
            .height(side(classes))
            .title("confusion matrix")
            .xAxisTitle("predicted")
            .yAxisTitle("true")
            .build();
    style(chart, confusion);
    var cells = new ArrayList<Number[]>();
    for (int row = 0; row < classes; row++) {
      for (int column = 0; column < classes; column++) {
        // The axis counts from below.
        cells.add(
            new Number[] {column, classes - 1 - row, confusion.counts().get(row).get(column)});
      }
    }
    chart.addSeries("examples", confusion.classes(), confusion.classes().reversed(), cells);
    Png.write(chart, file);
  }

  private static void style(HeatMapChart chart, Confusion confusion) {
    long most = confusion.counts().stream().flatMap(List::stream).mapToLong(n -> n).max().orElse(0);
    boolean numbered = confusion.classes().size() <= NUMBERED;
    var styler = chart.getStyler();
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setRangeColors(new Color[] {LEAST, MOST});
    styler.setMin(0);
    styler.setMax(Math.max(1, most));
    styler.setShowValue(numbered);
    styler.setHeatMapDecimalValueFormatter(value -> String.valueOf(Math.round(value)));
    // Between both ends of the range, to be read on each.
    styler.setValueFontColor(new Color(0xD55E00));
    styler.setDrawBorder(numbered);
    styler.setPlotContentSize(1);
    styler.setXAxisLabelRotation(60);
  }
}
